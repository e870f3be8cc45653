/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/tree.h"

#include <stdbool.h>

struct work {
	struct proctree_node *nodes; /* sorted by parent, then pid */
	bool *done;
	uint32_t *pids; /* sorted */
	size_t *stack;
	size_t stacked;
	size_t count;
};

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_parent(const void *one, const void *other)
{
	const struct proctree_node *a = one, *b = other;
	int order = compare_numbers(a->parent, b->parent);

	return order ? order : compare_numbers(a->pid, b->pid);
}

static int by_number(const void *one, const void *other)
{
	return compare_numbers(*(const uint32_t *)one,
			       *(const uint32_t *)other);
}

static bool has_pid(const struct work *work, uint32_t pid)
{
	return bsearch(&pid, work->pids, work->count, sizeof(pid), by_number);
}

/* The first node whose parent is not below `parent`. */
static size_t first_child(const struct work *work, uint32_t parent)
{
	size_t low = 0, high = work->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (work->nodes[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Pushes each node at most once. */
static void push_node(struct work *work, size_t at, size_t depth)
{
	if (work->done[at])
		return;
	work->done[at] = true;
	work->nodes[at].depth = depth;
	work->stack[work->stacked++] = at;
}

/* In reverse order: the last one pushed is visited first. */
static void push_children(struct work *work, const struct proctree_node *node)
{
	size_t from = first_child(work, node->pid), to = from;

	while (to < work->count && work->nodes[to].parent == node->pid)
		to++;
	while (to-- > from)
		push_node(work, to, node->depth + 1);
}

static void walk_tree(struct work *work, size_t root,
		      struct proctree_node **next)
{
	push_node(work, root, 0);
	while (work->stacked) {
		size_t at = work->stack[--work->stacked];

		*(*next)++ = work->nodes[at];
		push_children(work, &work->nodes[at]);
	}
}

static size_t lowest_left(const struct work *work)
{
	size_t lowest = work->count;

	for (size_t i = 0; i < work->count; i++)
		if (!work->done[i] &&
		    (lowest == work->count ||
		     work->nodes[i].pid < work->nodes[lowest].pid))
			lowest = i;
	return lowest;
}

static void sort_tree(struct work *work, struct proctree_node *result)
{
	size_t at;

	for (size_t i = 0; i < work->count; i++)
		if (!has_pid(work, work->nodes[i].parent))
			walk_tree(work, i, &result);
	while ((at = lowest_left(work)) < work->count)
		walk_tree(work, at, &result);
}

int proctree_sort(struct proctree_node *nodes, size_t count, struct err *err)
{
	struct proctree_node *copy CLEANUP_FREE =
		calloc(count + 1, sizeof(*copy));
	bool *done CLEANUP_FREE = calloc(count + 1, sizeof(*done));
	uint32_t *pids CLEANUP_FREE = calloc(count + 1, sizeof(*pids));
	size_t *stack CLEANUP_FREE = calloc(count + 1, sizeof(*stack));
	struct work work = { copy, done, pids, stack, 0, count };

	if (!copy || !done || !pids || !stack)
		return err_set_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		copy[i] = nodes[i];
		pids[i] = nodes[i].pid;
	}
	qsort(copy, count, sizeof(*copy), by_parent);
	qsort(pids, count, sizeof(*pids), by_number);
	sort_tree(&work, nodes);
	return 0;
}
