/* SPDX-License-Identifier: Apache-2.0 */
/* capruntime as it is installed on this machine, and the paths that mean it. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_INSTALLED_H
#define CAPRUNTIME_CAPCTL_ENGINE_INSTALLED_H

#include <stdbool.h>

#include "base/paths.h"

struct installed {
	char beside[PATH_SIZE]; /* capruntime in the directory of capctl */
};

/* Reads /proc/self/exe: call it before a chroot(2). */
void installed_init(struct installed *ret_installed);

/*
 * The path of capruntime: the configured one or, if that does not exist, the
 * one beside capctl if that does.
 */
const char *installed_path(const struct installed *installed);
/* Is it the file installed_path()? */
bool installed_is(const struct installed *installed, const char *path);
/*
 * Is it the same file, or does its name say capruntime? A link to the file can
 * have any name. `installed` is a struct installed.
 */
bool installed_is_capruntime(const void *installed, const char *path);

#endif
