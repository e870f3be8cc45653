/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

#include <string.h>

#include "tap.h"

/* Test vectors published by the authors of FNV. */
static void published_vectors_are_met(void)
{
	CHECK_U64(hash_bytes(HASH_START, "", 0), HASH_START);
	CHECK_U64(hash_bytes(HASH_START, "a", 1), UINT64_C(0xaf63dc4c8601ec8c));
	CHECK_U64(hash_bytes(HASH_START, "foobar", 6),
		  UINT64_C(0x85944171f73967e8));
}

static void a_hash_can_be_continued(void)
{
	CHECK_U64(hash_bytes(hash_bytes(HASH_START, "foo", 3), "bar", 3),
		  hash_bytes(HASH_START, "foobar", 6));
}

static void a_nul_and_a_high_byte_count(void)
{
	CHECK(hash_bytes(HASH_START, "a\0", 2) !=
	      hash_bytes(HASH_START, "a", 1));
	CHECK(hash_bytes(HASH_START, "\x7f", 1) !=
	      hash_bytes(HASH_START, "\xff", 1));
}

static void words_are_hashed_whole_and_in_order(void)
{
	static const char text[] = "0123456789abcdef0123456789abcdefghi";
	char copy[sizeof(text)];

	for (size_t i = 0; i < sizeof(text); i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = (char)(copy[i] ^ 1 << bit);
			CHECK(hash_words(PIECES_OF(copy, sizeof(copy))) !=
			      hash_words(PIECES_OF(text, sizeof(text))));
		}
	memcpy(copy, text, sizeof(text));
	memcpy(copy, text + 8, 8);
	memcpy(copy + 8, text, 8);
	CHECK(hash_words(PIECES_OF(copy, 32)) !=
	      hash_words(PIECES_OF(text, 32)));
	/* The highest bits of two neighbours do not cancel each other. */
	memcpy(copy, text, sizeof(text));
	copy[7] = (char)(copy[7] ^ 0x80);
	copy[15] = (char)(copy[15] ^ 0x80);
	CHECK(hash_words(PIECES_OF(copy, 32)) !=
	      hash_words(PIECES_OF(text, 32)));
	CHECK(hash_words(PIECES_OF("a\0", 2)) != hash_words(PIECES_OF("a", 1)));
	CHECK_U64(hash_words(PIECES_OF("", 0)), HASH_START);
}

static void a_divided_text_has_the_same_hash(void)
{
	static const char text[] = "0123456789abcdefghijklmn";
	const uint64_t whole = hash_words(PIECES_OF(text, 24));

	for (size_t first = 0; first <= 24; first++)
		for (size_t second = first; second <= 24; second++) {
			struct piece list[3];
			struct pieces pieces = { .list = list };

			pieces_add(&pieces, text, first);
			pieces_add(&pieces, text + first, second - first);
			pieces_add(&pieces, text + second, 24 - second);
			CHECK_U64(hash_words(&pieces), whole);
		}
}

static void a_hash_of_words_is_the_same_everywhere(void)
{
	CHECK_U64(
		hash_words(PIECES_OF("0123456789", 10)),
		hash_bytes((HASH_START ^ UINT64_C(0x3736353433323130)) *
					   UINT64_C(0x100000001b3) ^
				   (HASH_START ^ UINT64_C(0x3736353433323130)) *
						   UINT64_C(0x100000001b3) >>
					   32,
			   "89", 2));
}

static const struct tap_test tests[] = {
	TAP_TEST(published_vectors_are_met),
	TAP_TEST(a_hash_can_be_continued),
	TAP_TEST(a_nul_and_a_high_byte_count),
	TAP_TEST(words_are_hashed_whole_and_in_order),
	TAP_TEST(a_divided_text_has_the_same_hash),
	TAP_TEST(a_hash_of_words_is_the_same_everywhere),
};

TAP_MAIN(tests)
