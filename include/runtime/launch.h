/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chooses the real runtime and executes it. It is chosen once, never searched
 * in PATH, and never capruntime itself. Only launch_check_path() opens files or
 * allocates memory.
 */
#ifndef CAPRUNTIME_RUNTIME_LAUNCH_H
#define CAPRUNTIME_RUNTIME_LAUNCH_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"

#define LAUNCH_LINK_SIZE 512

struct launch {
	const char *handler; /* basename of argv[0] */
	char link[LAUNCH_LINK_SIZE]; /* that named the path, or "" */
	char path[PATH_SIZE]; /* absolute */
};

/*
 * $CAPRUNTIME_RUNTIME (ignored under AT_SECURE), else the target of the link
 * runtimes/HANDLER, else, only for the handler "capruntime", the path compiled
 * in. The link is read once and its target is not resolved further.
 */
int launch_resolve(struct launch *ret_launch, const char *argv0,
		   struct err *err) MUST_CHECK;

/* What named the path: the link, the variable or "compiled in". */
const char *launch_chosen_by(const struct launch *launch);

/*
 * For create and run: requires trust of the program, the link, and every
 * directory above them, too.
 */
int launch_check_path(const struct launch *launch, struct err *err) MUST_CHECK;

/*
 * Executes the real runtime with `argv` and its own path as argv[0], if it is a
 * trusted program and not capruntime. Returns only on failure.
 */
int launch_exec(struct launch *launch, char **argv, struct err *err) MUST_CHECK;

#endif
