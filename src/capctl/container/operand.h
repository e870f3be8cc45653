/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers a word means that a person typed: an ID, a name, a pod's
 * name or the first digits of an engine's ID. Pure: census.h has the containers.
 */
#ifndef CAPRUNTIME_CAPCTL_CONTAINER_OPERAND_H
#define CAPRUNTIME_CAPCTL_CONTAINER_OPERAND_H

#include "capctl/container/census.h"

struct operand {
	const struct census_entry **list; /* in the order of the census */
	size_t count; /* 0: no container has this ID or name */
};

#define CLEANUP_OPERAND __attribute__((cleanup(operand_free)))

/*
 * The first of these that a container has: the whole ID (in several state
 * directories, all of them); the name, "NAMESPACE/POD/CONTAINER" or podman's;
 * "NAMESPACE/POD", which means all containers of the pod; the first digits. Of
 * several containers with one name, a single one that runs is meant. -1: the
 * word is ambiguous; the message has the candidates. The caller frees, also on
 * -1.
 */
int operand_find(struct operand *ret_operand, const struct census *census,
		 const char *word, struct err *err) MUST_CHECK;
/*
 * The same for one container that runs: those that do not are left out, and a
 * pod's name is ambiguous if several of the pod run. -1 also if there is none.
 * Lends `census`. Free nothing.
 */
int operand_find_running(const struct census_entry **ret_entry,
			 const struct census *census, const char *word,
			 struct err *err) MUST_CHECK;
/* Whole IDs alone. -1: out of memory. */
int operand_find_id(struct operand *ret_operand, const struct census *census,
		    const char *id, struct err *err) MUST_CHECK;
void operand_free(struct operand *operand);

/* Reports that no container has this ID or name. Returns -1. */
int operand_missing(const struct census *census, const char *word,
		    struct err *err);
/*
 * Adds to `err`, which says so, why no container has a name if `word` looks like
 * one. Returns -1.
 */
int operand_explain_missing(const struct census *census, const char *word,
			    struct err *err);

#endif
