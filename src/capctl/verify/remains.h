/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that outlive the first one of their container. The kernel ends them
 * with it only if the container has a PID namespace of its own.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_REMAINS_H
#define CAPRUNTIME_CAPCTL_VERIFY_REMAINS_H

#include "capctl/container/census.h"
#include "capctl/process/processes.h"

struct remains {
	const struct census *census; /* lent */
	bool is_read; /* `processes`, once for all containers */
	struct err failure; /* why not; "": none */
	struct processes processes;
	const char **names; /* cgroups may be named after these ids */
	struct cgroup_names known;
};

/* The caller frees. */
void remains_init(struct remains *ret_remains, const struct census *census);
void remains_free(struct remains *remains);

/*
 * For a container whose first process has ended: -1 if a process is still in
 * its cgroup, or if the processes cannot be read. Where another container of
 * this ID runs, they are taken for that one's.
 */
int remains_check(struct remains *remains, const struct container *container,
		  struct err *err) MUST_CHECK;

#endif
