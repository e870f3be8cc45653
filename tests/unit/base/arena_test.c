/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "tap.h"

/* By default AddressSanitizer ends the program when an allocation fails. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void pieces_are_zero_aligned_and_apart(void)
{
	static const size_t sizes[] = { 0,    1,    3,	  8,	  9,
					4031, 4032, 4033, 100000, 24 };
	unsigned char *pieces[20 * ARRAY_LEN(sizes)];
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		size_t size = sizes[i % ARRAY_LEN(sizes)];

		pieces[i] = arena_alloc(&arena, size);
		REQUIRE(pieces[i]);
		CHECK_U64((uintptr_t)pieces[i] % sizeof(uint64_t), 0);
		CHECK(is_zero(pieces[i], size));
		memset(pieces[i], (int)i + 1, size);
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		for (size_t k = 0; k < sizes[i % ARRAY_LEN(sizes)]; k++)
			if (!CHECK_U64(pieces[i][k], (i + 1) % 256))
				break;
	arena_free(&arena);
	CHECK(!arena.chunks);
}

static void small_pieces_share_memory(void)
{
	struct arena arena = { 0 };
	char *one = arena_alloc(&arena, 3), *other = arena_alloc(&arena, 5);

	CHECK(other - one == 8);
	CHECK((char *)arena_alloc(&arena, 0) - other == 8);
	/* The rest of the first 480 bytes. */
	CHECK((char *)arena_alloc(&arena, 480 - 16) - other == 8);
	arena_free(&arena);
}

/* Less than one allocation for 50 pieces. */
static void many_pieces_are_few_allocations(void)
{
	struct arena arena = { 0 };
	char *before = arena_alloc(&arena, 64);
	unsigned int apart = 0;

	for (int i = 0; i < 2000; i++) {
		char *piece = arena_alloc(&arena, 64);

		apart += piece - before != 64;
		before = piece;
	}
	CHECK(apart <= 2000 / 50);
	arena_free(&arena);
}

static void a_size_that_no_machine_has_gets_nothing(void)
{
	struct arena arena = { 0 };

	CHECK(!arena_alloc(&arena, SIZE_MAX));
	CHECK(!arena_alloc(&arena, SIZE_MAX - 7));
	CHECK(arena_alloc(&arena, 1));
	arena_free(&arena);
	arena_free(&arena);
}

static const struct tap_test tests[] = {
	TAP_TEST(pieces_are_zero_aligned_and_apart),
	TAP_TEST(small_pieces_share_memory),
	TAP_TEST(many_pieces_are_few_allocations),
	TAP_TEST(a_size_that_no_machine_has_gets_nothing),
};

TAP_MAIN(tests)
