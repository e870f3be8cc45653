/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tap.h"

static void pieces_are_one_text(void)
{
	struct piece list[3];
	struct pieces pieces = { .list = list };
	char *text CLEANUP_FREE = NULL;

	pieces_add(&pieces, "abc", 3);
	pieces_add(&pieces, "nothing", 0);
	pieces_add(&pieces, "de", 2);
	CHECK_U64(pieces.count, 2);
	CHECK_U64(pieces.len, 5);
	text = pieces_join(&pieces);
	CHECK_STR(text, "abcde");
	CHECK(pieces_equal(&pieces, "abcde", 5));
	CHECK(!pieces_equal(&pieces, "abcdex", 6));
	CHECK(!pieces_equal(&pieces, "abcd", 4));
	CHECK(!pieces_equal(&pieces, "abcdx", 5));
	CHECK(!pieces_equal(&pieces, "xbcde", 5));
}

static void no_piece_is_an_empty_text(void)
{
	const struct pieces none = { 0 };
	char *text CLEANUP_FREE = pieces_join(&none);

	CHECK_STR(text, "");
	CHECK(pieces_equal(&none, "", 0));
	CHECK(!pieces_equal(&none, "a", 1));
	CHECK_U64(PIECES_OF("ab", 2)->count, 1);
	CHECK_U64(PIECES_OF("ab", 2)->len, 2);
}

static const struct tap_test tests[] = {
	TAP_TEST(pieces_are_one_text),
	TAP_TEST(no_piece_is_an_empty_text),
};

TAP_MAIN(tests)
