/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that runtimes look after on this machine, found in the
 * runtimes' own files. No runtime is run, and nothing is changed.
 */
#ifndef CAPRUNTIME_CONTAINERS_H
#define CAPRUNTIME_CONTAINERS_H

#include <stdbool.h>

#include "container_state.h"

struct container {
	char *root; /* the runtime's --root */
	char *id;
	enum runtime_dialect dialect; /* whose files those are */
	struct container_state state;
	bool runs; /* state.pid is its first process, and alive */
};

struct containers {
	struct container *list;
	size_t count;
};

#define CLEANUP_CONTAINERS __attribute__((cleanup(containers_free)))

/*
 * Those under `root`; NULL: under every place where engines and runtimes keep
 * them by default. With `id` only those of that id. None is no error; a place
 * or state that cannot be read is. In the order of roots and ids.
 */
int containers_find(struct containers *ret_containers, const char *root,
		    const char *id, struct err *err) MUST_CHECK;
void containers_free(struct containers *containers);

#endif
