/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that runtimes look after on this machine, found in the
 * runtimes' own files. No runtime is run, and nothing is changed.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_CONTAINERS_H
#define CAPRUNTIME_CAPCTL_PROCESS_CONTAINERS_H

#include <stdbool.h>

#include "capctl/process/state.h"

struct container {
	char *root; /* the runtime's --root */
	char *id;
	enum runtime_dialect dialect; /* whose files those are */
	struct container_state state;
	struct err trouble; /* why its state could not be read; "": it was */
	bool runs; /* state.pid is its first process, and alive */
	bool hidden; /* nobody knows: that process cannot be looked at */
};

struct containers {
	struct container *list;
	size_t count;
};

#define CLEANUP_CONTAINERS __attribute__((cleanup(containers_free)))

/*
 * Those under `root`; NULL: under every place where engines and runtimes keep
 * them by default. With `id` only those of that id. In the order of roots and
 * ids. None is no error; a place that cannot be read is, and what is in the
 * others is found all the same: ret_containers is to be freed also on -1.
 */
int containers_find(struct containers *ret_containers, const char *root,
		    const char *id, struct err *err) MUST_CHECK;
void containers_free(struct containers *containers);

#endif
