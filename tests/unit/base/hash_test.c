/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

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

static const struct tap_test tests[] = {
	TAP_TEST(published_vectors_are_met),
	TAP_TEST(a_hash_can_be_continued),
	TAP_TEST(a_nul_and_a_high_byte_count),
};

TAP_MAIN(tests)
