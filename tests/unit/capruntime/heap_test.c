/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The C library keeps its own. */
#define malloc heap_malloc
#define calloc heap_calloc
#define realloc heap_realloc
#define free heap_free
#define HEAP_ANYWHERE

void *heap_malloc(size_t size);
void *heap_calloc(size_t count, size_t size);
void *heap_realloc(void *block, size_t size);
void heap_free(void *block);

#include "capruntime/heap.c"

#include "prng.h"
#include "tap.h"

#define BLOCKS 64

/* A block full of the same byte, and how many of them it has. */
struct filled {
	unsigned char *bytes;
	size_t size;
	unsigned char byte;
};

static bool is_filled(const struct filled *block)
{
	for (size_t i = 0; i < block->size; i++)
		if (block->bytes[i] != block->byte)
			return false;
	return true;
}

static size_t random_size(struct prng *prng)
{
	static const size_t limits[] = { 1, 40, 5000, 70000, 300000 };

	return prng_below(prng, limits[prng_below(prng, ARRAY_LEN(limits))]);
}

static void change_block(struct prng *prng, struct filled *block)
{
	size_t size = random_size(prng), kept;
	unsigned char byte = (unsigned char)prng_below(prng, 256);

	switch (prng_below(prng, 4)) {
	case 0:
		free(block->bytes);
		*block = (struct filled){ 0 };
		return;
	case 1:
		free(block->bytes);
		*block = (struct filled){ calloc(1, size), size, 0 };
		CHECK(is_filled(block));
		break;
	default:
		kept = size < block->size ? size : block->size;
		block->bytes = realloc(block->bytes, size);
		block->size = kept;
		CHECK(is_filled(block));
		block->size = size;
		break;
	}
	REQUIRE(block->bytes);
	CHECK_U64((uintptr_t)block->bytes % ALIGNMENT, 0);
	block->byte = byte;
	memset(block->bytes, byte, block->size);
}

static void blocks_keep_what_is_in_them(void)
{
	struct filled blocks[BLOCKS] = { 0 };
	struct prng prng = { 11 };

	for (size_t round = 0; round < 20000; round++) {
		struct filled *block = &blocks[prng_below(&prng, BLOCKS)];

		if (!CHECK(is_filled(block)))
			return;
		change_block(&prng, block);
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		CHECK(is_filled(&blocks[i]));
		free(blocks[i].bytes);
	}
}

static void the_last_block_grows_and_is_used_again(void)
{
	char *one = malloc(100), *other;

	CHECK(realloc(one, 1000) == one);
	CHECK(realloc(one, 10) == one);
	other = malloc(1);
	CHECK(other > one + 1000 && realloc(one, 2000) != one);
	free(other);
	one = malloc(16);
	free(one);
	CHECK(malloc(16) == one);
}

static void a_large_block_is_given_back(void)
{
	unsigned char resident;
	char *block = malloc(LARGE_SIZE), *page;

	REQUIRE(block);
	page = block - sizeof(union header);
	CHECK(mincore(page, 1, &resident) == 0);
	free(block);
	CHECK(mincore(page, 1, &resident) == -1 && errno == ENOMEM);
}

static void what_cannot_be_had_is_an_error_and_changes_nothing(void)
{
	char *block = malloc(3);
	volatile size_t half = SIZE_MAX / 2; /* unknown to the compiler */

	REQUIRE(block);
	memcpy(block, "ab", 3);
	for (size_t less = 0; less < 100; less++) {
		errno = 0;
		CHECK(!malloc(SIZE_MAX - less) && errno == ENOMEM);
		CHECK(!malloc(PTRDIFF_MAX - less) && errno == ENOMEM);
		CHECK(!realloc(block, SIZE_MAX - less) && errno == ENOMEM);
	}
	errno = 0;
	CHECK(!calloc(half, 3) && errno == ENOMEM);
	CHECK(!calloc(3, half) && errno == ENOMEM);
	CHECK_STR(block, "ab");
	errno = EIO;
	free(block);
	free(NULL);
	CHECK(errno == EIO);
}

static const struct tap_test tests[] = {
	TAP_TEST(blocks_keep_what_is_in_them),
	TAP_TEST(the_last_block_grows_and_is_used_again),
	TAP_TEST(a_large_block_is_given_back),
	TAP_TEST(what_cannot_be_had_is_an_error_and_changes_nothing),
};

TAP_MAIN(tests)
