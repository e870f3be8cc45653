/* SPDX-License-Identifier: Apache-2.0 */
/* Processes as a tree: in which order, and how deep. Pure. */
#ifndef CAPRUNTIME_CAPCTL_SHOW_TREE_H
#define CAPRUNTIME_CAPCTL_SHOW_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct proctree_node {
	uint32_t pid;
	uint32_t parent; /* its pid, which need not be there */
	size_t depth; /* from proctree_sort() on */
	size_t index; /* the caller's; not looked at */
};

/*
 * Puts each node before its children, brothers by their pids. That is also
 * done for what cannot be in one moment but may be read in several: of two
 * nodes of one pid the first has the children, a circle begins at its lowest
 * pid.
 */
int proctree_sort(struct proctree_node *nodes, size_t count,
		  struct err *err) MUST_CHECK;

#endif
