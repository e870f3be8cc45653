/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that OCI runtimes manage on this machine, read from the
 * runtimes' state directories. Runs no runtime and changes nothing.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_CONTAINERS_H
#define CAPRUNTIME_CAPCTL_PROCESS_CONTAINERS_H

#include <stdbool.h>

#include "capctl/process/state.h"

struct container {
	char *root; /* the runtime's --root */
	char *id;
	enum runtime_dialect dialect; /* of the state file */
	struct container_state state;
	struct err error; /* why the state could not be read; "": no error */
	bool runs; /* state.pid is alive and still its first process */
	bool created; /* not started: the process is still the runtime */
	bool forked; /* state.pid has not called execve: as created, or restored */
	bool hidden; /* unknown whether it runs: /proc/PID is unreadable */
};

struct containers {
	struct container *list;
	size_t count;
};

#define CLEANUP_CONTAINERS __attribute__((cleanup(containers_free)))

/*
 * Finds the containers under `root`; NULL: under all default state directories
 * of engines and runtimes. With `id`, only containers with that id. In the
 * order of the roots, then of the ids: "web-2" precedes "web-10". No container is not an error. An unreadable directory is, but
 * the others are still read: free ret_containers also on -1.
 */
int containers_find(struct containers *ret_containers, const char *root,
		    const char *id, struct err *err) MUST_CHECK;
void containers_free(struct containers *containers);

/* Lent, for cgroup.h. The caller frees the list; NULL: out of memory. */
const char **containers_ids(const struct containers *containers) MUST_CHECK;

#endif
