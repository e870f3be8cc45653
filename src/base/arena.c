/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each chunk is twice as large as the one before, up to less than a page with its
 * header: a page that is not used costs nothing.
 */
#define FIRST_SIZE ((size_t)480)
#define CHUNK_SIZE ((size_t)4032)

struct arena_chunk {
	struct arena_chunk *before;
	size_t used;
	size_t size;
	uint64_t bytes[];
};

static size_t least_size(const struct arena_chunk *before)
{
	if (!before)
		return FIRST_SIZE;
	return before->size < CHUNK_SIZE / 2 ? before->size * 2 : CHUNK_SIZE;
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
	size_t least = least_size(arena->chunks);
	struct arena_chunk *chunk;

	if (size < least)
		size = least;
	if (size > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->size = size;
	chunk->before = arena->chunks;
	arena->chunks = chunk;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	const size_t unit = sizeof(chunk->bytes[0]);
	size_t units = size / unit + (size % unit != 0);
	void *bytes;

	if (units > SIZE_MAX / unit)
		return NULL;
	if (!chunk || chunk->size - chunk->used < units * unit)
		chunk = add_chunk(arena, units * unit);
	if (!chunk)
		return NULL;
	bytes = &chunk->bytes[chunk->used / unit];
	chunk->used += units * unit;
	return memset(bytes, 0, units * unit);
}

void arena_free(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *before = arena->chunks->before;

		free(arena->chunks);
		arena->chunks = before;
	}
}
