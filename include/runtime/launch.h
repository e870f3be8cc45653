/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which program the real runtime is, and becoming it. Chosen once, never
 * looked up in PATH, never ourselves. Allocates nothing and opens nothing but
 * in launch_check_path().
 */
#ifndef CAPRUNTIME_RUNTIME_LAUNCH_H
#define CAPRUNTIME_RUNTIME_LAUNCH_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"

struct launch {
	const char *handler; /* basename of argv[0] */
	char link[PATH_SIZE]; /* that named the path; "": none did */
	char path[PATH_SIZE]; /* absolute */
};

/*
 * $CAPRUNTIME_RUNTIME (not under AT_SECURE), else the target of the link
 * runtimes/HANDLER, else, for the handler "capruntime" alone, the path that
 * was compiled in. One readlink(2), which is not resolved further.
 */
int launch_resolve(struct launch *ret_launch, const char *argv0,
		   struct err *err) MUST_CHECK;

/* What named the path: the link, the variable or "compiled in". */
const char *launch_chosen_by(const struct launch *launch);

/*
 * Create and run: the link and every directory above it and above the program
 * must be trusted, too.
 */
int launch_check_path(const struct launch *launch, struct err *err) MUST_CHECK;

/*
 * Becomes the real runtime, which gets `argv` with its own path as argv[0], if
 * it is a trusted program and not ourselves. Returns only on failure.
 */
int launch_exec(struct launch *launch, char **argv, struct err *err) MUST_CHECK;

#endif
