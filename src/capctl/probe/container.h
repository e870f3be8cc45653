/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one container through capruntime and the real runtime, and keeps what
 * came out. The container lives until its standard input ends, so it ends with
 * the probe.
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_CONTAINER_H
#define CAPRUNTIME_CAPCTL_PROBE_CONTAINER_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"

/* For the start of a container, its end, and a session. */
#define CONTAINER_LIMIT_S 10

struct container_call {
	const char *program; /* capruntime */
	const char *handler; /* its argv[0] */
	const char *policy; /* a file */
	const char *root; /* of the runtime's state */
	const char *bundle;
	const char *id;
	const char *process; /* the process file of a session; NULL: none */
	int interrupt; /* gives up as soon as this can be read */
};

/*
 * The line that the program printed, if it did nothing else; else the exit
 * status and the last line of standard error. NULL: it was not tried.
 */
struct container_seen {
	char *container;
	char *session;
	char *left; /* what the runtime left behind; NULL: nothing */
	bool hung; /* something had to be killed */
};

#define CLEANUP_SEEN __attribute__((cleanup(container_seen_free)))

/*
 * Afterwards nothing of the container is left, as far as the runtime can delete
 * it. -1: a program could not be started, or memory ran out. The caller frees,
 * also on -1.
 */
int container_try(struct container_seen *ret_seen,
		  const struct container_call *call,
		  struct err *err) MUST_CHECK;
void container_seen_free(struct container_seen *seen);

#endif
