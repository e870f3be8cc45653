/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/excerpt.h"

#include "base/utf8.h"
#include "prng.h"
#include "tap.h"
#include "testdata.h"

#define WIDTH 20
#define BAD "\xef\xbf\xbd"

static void check_excerpt(const struct json_doc *doc, size_t offset,
			  const char *want, size_t want_caret)
{
	struct source_excerpt excerpt = { 0 };
	struct err err;

	REQUIRE(source_excerpt_make(&excerpt, doc, offset, WIDTH, &err) == 0);
	CHECK_STR(excerpt.text, want);
	CHECK_U64(excerpt.caret, want_caret);
	free(excerpt.text);
}

static void a_short_line_is_shown_whole(void)
{
	static const struct {
		const char *text;
		size_t offset;
		const char *want;
		size_t caret;
	} cases[] = {
		{ "", 0, "", 0 },
		{ "", 9, "", 0 },
		{ "abc", 0, "abc", 0 },
		{ "abc", 2, "abc", 2 },
		{ "abc", 3, "abc", 3 },
		{ "abc", 99, "abc", 3 },
		{ "abc\n", 3, "abc", 3 },
		{ "abc\n", 4, "", 0 },
		{ "a\nbc\nd", 2, "bc", 0 },
		{ "a\nbc\nd", 3, "bc", 1 },
		{ "a\nbc\nd", 1, "a", 1 },
		{ "\n\n", 1, "", 0 },
		{ "bc\r\nd", 1, "bc", 1 },
		{ "bc\r\nd", 3, "bc", 2 },
		{ "\tb\tc", 3, " b c", 3 },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x", 9,
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x", 4 },
		{ "1234567890123456789", 19, "1234567890123456789", 19 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(cases[i].text);

		check_excerpt(&data.doc, cases[i].offset, cases[i].want,
			      cases[i].caret);
	}
}

static void a_long_line_is_cut_around_the_place(void)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct testdata many CLEANUP_TESTDATA = testdata_of(
		"\n"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"x\n");

	check_excerpt(&data.doc, 0, "abcdefghijklmnopq...", 0);
	check_excerpt(&data.doc, 10, "abcdefghijklmnopq...", 10);
	check_excerpt(&data.doc, 11, "...efghijklmnopqr...", 10);
	check_excerpt(&data.doc, 26, "...tuvwxyzABCDEFG...", 10);
	check_excerpt(&data.doc, 42, "...JKLMNOPQRSTUVWXYZ", 10);
	check_excerpt(&data.doc, 51, "...KLMNOPQRSTUVWXYZ", 18);
	check_excerpt(&data.doc, 52, "...KLMNOPQRSTUVWXYZ", 19);
	check_excerpt(&many.doc, 43,
		      "..."
		      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		      "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		      "\xc3\xa4x",
		      18);
}

#define KAN "\xe6\xbc\xa2"
#define FIVE KAN KAN KAN KAN KAN

/* Half of a cut wide character is a blank. */
static void wide_characters_take_two_columns(void)
{
	struct testdata data CLEANUP_TESTDATA =
		testdata_of("x" FIVE FIVE FIVE FIVE "y");

	check_excerpt(&data.doc, 4, "x" FIVE KAN KAN KAN "...", 3);
	check_excerpt(&data.doc, 31, "... " FIVE KAN " ...", 10);
	check_excerpt(&data.doc, 61, "... " FIVE KAN KAN "y", 18);
}

static void what_cannot_be_shown_takes_one_column(void)
{
	struct testdata data CLEANUP_TESTDATA =
		testdata_of("a\x01\x1b\x7f\xff\xc2\x9b\xe2\x82z");
	struct testdata nul CLEANUP_TESTDATA = testdata_copy("t", "a\0b", 3);

	check_excerpt(&data.doc, 9, "a" BAD BAD BAD BAD BAD BAD BAD "z", 8);
	check_excerpt(&nul.doc, 2, "a" BAD "b", 2);
}

/* Reading whole lines would take minutes. */
static void only_the_text_near_the_place_is_read(void)
{
	enum { LEN = 1024 * 1024 };
	char *text CLEANUP_FREE = malloc(LEN);
	struct json_doc doc = { .name = "t", .text = text, .len = LEN };

	REQUIRE(text);
	memset(text, 'x', LEN);
	for (size_t i = 100; i < LEN - 100; i += 5)
		check_excerpt(&doc, i, "...xxxxxxxxxxxxxx...", 10);
}

static size_t columns(const char *text)
{
	size_t count = 0;

	for (size_t left = strlen(text), len; left; text += len, left -= len) {
		len = utf8_length(text, left);
		if (!CHECK(len && (unsigned char)*text >= 0x20))
			return 0;
		count += utf8_columns(text, len);
	}
	return count;
}

static void any_bytes_give_a_line_that_fits(void)
{
	static const char *const parts[] = {
		"a",	"b",	"\n",	"\r",		"\t",
		"\x01", "\xc3", "\xa4", "\xe2",		"\x82",
		"\xac", "\xf0", "\xff", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80",
	};
	struct prng prng = { 0xce11 };
	char text[600];
	struct err err;

	for (size_t round = 0; round < 20000; round++) {
		size_t len = prng_below(&prng, sizeof(text));
		size_t width = SOURCE_EXCERPT_WIDTH_MIN + prng_below(&prng, 80);
		struct source_excerpt excerpt;

		for (size_t i = 0; i < len;) {
			const char *part =
				parts[prng_below(&prng, ARRAY_LEN(parts))];
			size_t size = strnlen(part, len - i);

			memcpy(text + i, part, size);
			i += size;
		}
		if (round % 2)
			memset(text, "\x80x"[round / 2 % 2], len);
		struct testdata data CLEANUP_TESTDATA =
			testdata_copy("t", text, len);

		REQUIRE(source_excerpt_make(&excerpt, &data.doc,
					    prng_below(&prng, len + 2), width,
					    &err) == 0);
		CHECK(excerpt.caret < width);
		CHECK(columns(excerpt.text) <= width);
		CHECK(excerpt.caret <= columns(excerpt.text));
		free(excerpt.text);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_short_line_is_shown_whole),
	TAP_TEST(a_long_line_is_cut_around_the_place),
	TAP_TEST(wide_characters_take_two_columns),
	TAP_TEST(what_cannot_be_shown_takes_one_column),
	TAP_TEST(only_the_text_near_the_place_is_read),
	TAP_TEST(any_bytes_give_a_line_that_fits),
};

TAP_MAIN(tests)
