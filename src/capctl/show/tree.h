/* SPDX-License-Identifier: Apache-2.0 */
/* Orders processes as a tree and computes their depth. Pure. */
#ifndef CAPRUNTIME_CAPCTL_SHOW_TREE_H
#define CAPRUNTIME_CAPCTL_SHOW_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct proctree_node {
	uint32_t pid;
	uint32_t parent; /* its pid; may be missing from the nodes */
	size_t depth; /* set by proctree_sort() */
	size_t index; /* for the caller; ignored */
};

/*
 * Sorts each node before its children, and siblings by pid. The processes were
 * not read at one moment, so pids may be duplicate and parents circular: of two
 * nodes with one pid the first gets the children, and a cycle starts at its
 * lowest pid.
 */
int proctree_sort(struct proctree_node *nodes, size_t count,
		  struct err *err) MUST_CHECK;

#endif
