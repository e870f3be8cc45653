/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a running container, also those that come later, as sessions
 * of exec do: they have the cgroups of its first process, or its PID namespace if
 * it is no other container's.
 *
 * Rests on: cgroups(7) "/proc/pid/cgroup"; pid_namespaces(7).
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_CONTAINER_H
#define CAPRUNTIME_CAPCTL_LEARN_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

/* Where a process is. NULL in a text: not known, or it does not count. */
struct learn_place {
	int32_t pid;
	char *cgroups; /* the text of /proc/PID/cgroup */
	char *namespace; /* the link /proc/PID/ns/pid */
};

#define CLEANUP_LEARN_PLACE __attribute__((cleanup(learn_place_free)))

/* The caller frees. */
struct learn_place learn_place_read(int32_t pid) MUST_CHECK;
void learn_place_free(struct learn_place *place);

struct learn_container {
	char *id; /* NULL: not searched for */
	char *bundle; /* NULL: not known */
	struct learn_place first; /* process; what is shared is NULL */
};

#define CLEANUP_LEARN_CONTAINER __attribute__((cleanup(learn_container_free)))

/*
 * The one that runs and that `word` means (operand.h), in the state directory
 * `root`; NULL: in the default ones. Free also on -1.
 */
int learn_container_find(struct learn_container *ret_container,
			 const char *root, const char *word,
			 struct err *err) MUST_CHECK;
/* Of its first process; takes an empty `container`. Free also on -1. */
int learn_container_of(struct learn_container *container, int32_t first,
		       struct err *err) MUST_CHECK;
void learn_container_free(struct learn_container *container);

/* The later, the surer. */
enum learn_belonging { LEARN_OUTSIDE, LEARN_IN_NAMESPACE, LEARN_IN_CGROUPS };

/* A process that has ended is in none. */
enum learn_belonging
learn_container_has(const struct learn_container *container,
		    const struct learn_place *place);

#endif
