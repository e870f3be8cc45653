/* SPDX-License-Identifier: Apache-2.0 */
/* Memory in small pieces that is freed as a whole. */
#ifndef CAPRUNTIME_BASE_ARENA_H
#define CAPRUNTIME_BASE_ARENA_H

#include <stddef.h>

/* All zero: empty. */
struct arena {
	struct arena_chunk *chunks;
};

/*
 * `size` bytes of zeros, aligned for pointers and 64-bit numbers, that last until
 * arena_free(). NULL: no memory.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* Leaves an empty arena. */
void arena_free(struct arena *arena);

#endif
