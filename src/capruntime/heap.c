/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc(3) and its relatives for musl. A create allocates some hundred small
 * blocks and is gone after a millisecond. musl's allocator maps and unmaps pages
 * for them, which took half of the time of a create; it supports replacement.
 * Here blocks follow each other in a region, and only the last one of it can grow or
 * be used again. Large blocks have mappings of their own. One thread.
 */
#include "config.h"

#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if !defined(__GLIBC__) || defined(HEAP_ANYWHERE)

#define ALIGNMENT alignof(max_align_t)
#define REGION_SIZE ((size_t)256 * 1024)
#define LARGE_SIZE ((size_t)64 * 1024)

/* Before each block: its size, a multiple of the alignment. */
union header {
	size_t size;
	max_align_t aligned;
};

static char *next; /* free space in the region */
static char *end;

static void *map_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

/* With the header; 0: too large. */
static size_t full_size(size_t size)
{
	if (size > PTRDIFF_MAX - sizeof(union header) - ALIGNMENT)
		return 0;
	if (!size)
		size = 1;
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT +
	       sizeof(union header);
}

static int add_region(void)
{
	char *region = map_pages(REGION_SIZE);

	if (!region)
		return -1;
	next = region;
	end = region + REGION_SIZE;
	return 0;
}

static void *take_block(size_t full)
{
	union header *header;

	if (full >= LARGE_SIZE) {
		header = map_pages(full);
		if (!header)
			return NULL;
	} else {
		if ((size_t)(end - next) < full && add_region() < 0)
			return NULL;
		header = (union header *)(void *)next;
		next += full;
	}
	header->size = full - sizeof(*header);
	return header + 1;
}

static union header *header_of(void *block)
{
	return (union header *)block - 1;
}

static bool is_large(const union header *header)
{
	return header->size + sizeof(*header) >= LARGE_SIZE;
}

static bool is_last(const union header *header)
{
	return (const char *)(header + 1) + header->size == next;
}

static void *allocate(size_t size)
{
	size_t full = full_size(size);
	void *block = full ? take_block(full) : NULL;

	if (!block)
		errno = ENOMEM;
	return block;
}

void *malloc(size_t size)
{
	return allocate(size);
}

/* Not by malloc(): compilers make calloc() of it and memset(). */
void *calloc(size_t count, size_t size)
{
	size_t all;
	void *block;

	if (__builtin_mul_overflow(count, size, &all))
		all = SIZE_MAX;
	block = allocate(all);
	/* The pages of a large block are zero. */
	if (block && !is_large(header_of(block)))
		memset(block, 0, all);
	return block;
}

void free(void *block)
{
	union header *header;
	int number = errno;

	if (!block)
		return;
	header = header_of(block);
	if (is_large(header))
		munmap(header, header->size + sizeof(*header));
	else if (is_last(header))
		next = (char *)header;
	errno = number;
}

static void *grow_large(union header *header, size_t full)
{
	union header *moved = mremap(header, header->size + sizeof(*header),
				     full, MREMAP_MAYMOVE);

	if (moved == MAP_FAILED)
		return NULL;
	moved->size = full - sizeof(*moved);
	return moved + 1;
}

/* False: the block must move. */
static bool grow_in_place(union header *header, size_t full)
{
	if (header->size + sizeof(*header) >= full)
		return true;
	if (!is_last(header) || full >= LARGE_SIZE ||
	    (size_t)(end - (char *)header) < full)
		return false;
	header->size = full - sizeof(*header);
	next = (char *)header + full;
	return true;
}

void *realloc(void *block, size_t size)
{
	union header *header;
	size_t full = full_size(size);
	void *moved;

	if (!block || !full)
		return allocate(size);
	header = header_of(block);
	if (grow_in_place(header, full))
		return block;
	if (is_large(header))
		return grow_large(header, full);
	moved = allocate(size);
	if (!moved)
		return NULL;
	memcpy(moved, block, header->size);
	free(block);
	return moved;
}

#endif
