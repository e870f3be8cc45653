/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a probe works: a tmpfs over the directory of exec sessions' links, in a
 * mount namespace of its own. The node sees neither policy, bundles, state nor
 * links of it, and with the last process of the probe all of it is gone, however
 * that ended.
 *
 * Rests on: mount_namespaces(7).
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_PLACE_H
#define CAPRUNTIME_CAPCTL_PROBE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

/* Moves this process there. -1: the kernel does not allow it. */
int place_enter(struct err *err) MUST_CHECK;

/* The caller frees; NULL: out of memory. `name` "" is the directory itself. */
char *place_path(const char *name);

int place_make_directory(const char *path, struct err *err) MUST_CHECK;
int place_write(const char *path, const char *text, struct err *err) MUST_CHECK;
/* Writes into the existing file, so that mounts of it show the new text. */
int place_rewrite(const char *path, const char *text,
		  struct err *err) MUST_CHECK;
/* Does the file hold exactly this text? */
bool place_holds(const char *path, const char *text);

/*
 * Puts the file in the place of the installed policy, if there is one: under
 * AT_SECURE, for example in another SELinux domain, capruntime ignores
 * $CAPRUNTIME_POLICY, and would use and audit by the node's.
 */
int place_cover_policy(const char *path, struct err *err) MUST_CHECK;

/* Is there a link of an exec session? */
bool place_has_links(void);

/*
 * The cgroup of this name at the top of a hierarchy, which it removes. The
 * caller frees; NULL: there is none.
 */
char *place_remove_cgroup(const char *name);

#endif
