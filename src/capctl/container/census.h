/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers of this machine with their names, in natural order: "web-2"
 * precedes "web-10".
 */
#ifndef CAPRUNTIME_CAPCTL_CONTAINER_CENSUS_H
#define CAPRUNTIME_CAPCTL_CONTAINER_CENSUS_H

#include "capctl/container/who.h"
#include "capctl/process/containers.h"

struct census_entry {
	const struct container *container;
	char *runtime; /* that the engine called; NULL: nothing tells */
	struct who who;
};

struct census {
	struct containers containers;
	struct census_entry *list;
	size_t count;
	const char *root; /* lent; NULL: the default ones */
	const char *nameless; /* why containers have no names; NULL: they do */
	struct policy policy; /* if the caller named none */
};

#define CLEANUP_CENSUS __attribute__((cleanup(census_free)))

/*
 * As containers_find(), with all that could be read also on -1. Without a
 * `source`, the engines are those of the installed policy; a policy that cannot
 * be read is no error, but nothing has a name. The caller frees, also on -1.
 */
int census_take(struct census *ret_census, const char *root,
		const struct who_source *source, struct err *err) MUST_CHECK;
void census_free(struct census *census);

/* Who has this ID; NULL: none, or several that differ in name. */
const struct who *census_find(const struct census *census, const char *id);

#endif
