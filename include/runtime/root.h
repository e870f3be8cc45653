/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root directory of the real runtime, where each container has its state
 * directory: --root, or the runtime's default for this user. Two spellings of
 * one directory are one root.
 *
 * Rests on: runc's main.go and rootless_linux.go, crun's
 * libcrun_get_state_directory(), and measurements with both.
 */
#ifndef CAPRUNTIME_RUNTIME_ROOT_H
#define CAPRUNTIME_RUNTIME_ROOT_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"
#include "runtime/call.h"

/*
 * Without --root, `runtime` and the environment decide. ret_root is absolute,
 * without symbolic links as far as the directory exists. For the default of a
 * program that is neither runc nor crun it is the program's name, which contains
 * no slash. An empty --root is an error: versions of runc differ in it, and crun
 * refuses it. Allocates nothing.
 */
int runtime_root_resolve(char ret_root[PATH_SIZE],
			 const struct runtime_args *args, const char *runtime,
			 struct err *err) MUST_CHECK;

/*
 * Does the container have a state directory? If so, the runtime refuses to
 * create it. No, if the root is only a program's name. -1: it cannot be found
 * out.
 */
int runtime_root_has_container(const char *root, const char *id, bool *ret_has,
			       struct err *err) MUST_CHECK;

#endif
