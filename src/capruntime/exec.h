/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepares an exec for the real runtime: if the container's rule says `exec`,
 * the process file gets the rule's sets. An error, or an argv that can be read as
 * several sessions, fails the exec only if the rule narrows: the session would
 * hold more than the policy allows. Under a rule that only raises it holds less,
 * and a failing probe kills the pod.
 */
#ifndef CAPRUNTIME_EXEC_H
#define CAPRUNTIME_EXEC_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/call.h"

/*
 * Replaces the argument that names the process file, or changes nothing. -1:
 * the session must not start.
 */
int exec_prepare(const struct runtime_args *args, char **argv,
		 const char *handler, const char *runtime,
		 struct err *err) MUST_CHECK;

/*
 * Makes a sealed file in memory, memfd_create(2), that holds `text`. ret_fd is
 * at least `lowest` and, unlike every other descriptor of capruntime, stays
 * open across execve(2). The caller closes.
 */
int exec_make_file(const char *text, size_t len, int lowest, int *ret_fd,
		   struct err *err) MUST_CHECK;

#endif
