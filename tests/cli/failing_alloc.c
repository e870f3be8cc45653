/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator of the C library, replaced by one that fails at the allocation
 * with the number in $CAPRUNTIME_FAIL, counted from 1; "7+": at each from the
 * seventh on. It then makes the file "failed" in the working directory. Memory
 * is never reused: the program allocates little.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALIGNMENT alignof(max_align_t)
#define ARENA_SIZE ((size_t)64 << 20)

/* Before each block: its size. */
union header {
	size_t size;
	max_align_t aligned;
};

static alignas(max_align_t) char arena[ARENA_SIZE];
static size_t used;

static int fails(void)
{
	static unsigned long count;
	const char *text = getenv("CAPRUNTIME_FAIL");
	char *end;
	unsigned long at;

	count++;
	if (!text)
		return 0;
	at = strtoul(text, &end, 10);
	if (count != at && !(*end == '+' && count > at))
		return 0;
	close(open("failed", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	return 1;
}

void *malloc(size_t size)
{
	size_t need;
	union header *header;

	if (fails() ||
	    __builtin_add_overflow(size, sizeof(*header) + ALIGNMENT, &need) ||
	    need > ARENA_SIZE - used) {
		errno = ENOMEM;
		return NULL;
	}
	header = (union header *)(void *)(arena + used);
	used += need / ALIGNMENT * ALIGNMENT;
	header->size = size;
	return header + 1;
}

void free(void *block)
{
	(void)block;
}

void *calloc(size_t count, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(count, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return malloc(all); /* never used before, so it is zero */
}

void *realloc(void *old, size_t size)
{
	size_t old_size = old ? ((union header *)old)[-1].size : 0;
	void *block = malloc(size);

	if (block && old)
		memcpy(block, old, old_size < size ? old_size : size);
	return block;
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(count, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, all);
}
