/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "prng.h"
#include "tap.h"

#define LAST_CODE_POINT UINT32_C(0x10ffff)
#define SURROGATES_FROM UINT32_C(0xd800)
#define SURROGATES_END UINT32_C(0xe000)

/* By RFC 3629, section 3; texts include overlong and surrogate forms. */
static size_t encode(uint32_t code, size_t len, char out[4])
{
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	if (len == 1) {
		out[0] = (char)code;
		return len;
	}
	for (size_t i = len; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(first[len] | code);
	return len;
}

static size_t shortest(uint32_t code)
{
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static bool is_surrogate(uint32_t code)
{
	return code >= SURROGATES_FROM && code < SURROGATES_END;
}

static void every_code_point_has_its_length(void)
{
	for (uint32_t code = 0; code <= LAST_CODE_POINT; code++) {
		char text[4];
		size_t len = encode(code, shortest(code), text);

		if (!CHECK_U64(utf8_length(text, len),
			       is_surrogate(code) ? 0 : len)) {
			printf("# U+%04X\n", code);
			return;
		}
	}
}

static void what_follows_is_not_looked_at(void)
{
	CHECK_U64(utf8_length("a\xff", 2), 1);
	CHECK_U64(utf8_length("\0\x80", 2), 1);
	CHECK_U64(utf8_length("\xc3\xa9\xc3", 3), 2);
	CHECK_U64(utf8_length("\xf0\x9f\x98\x80\x80", 5), 4);
}

static void what_is_cut_off_is_not_well_formed(void)
{
	for (uint32_t code = 0x80; code <= LAST_CODE_POINT; code += 97) {
		char text[4];
		size_t len = encode(code, shortest(code), text);

		for (size_t left = 1; left < len; left++) {
			/* Exactly the readable bytes, for a sanitizer. */
			char *cut CLEANUP_FREE = calloc(left, 1);

			REQUIRE(cut);
			memcpy(cut, text, left);
			CHECK_U64(utf8_length(cut, left), 0);
		}
	}
}

static void a_longer_form_than_needed_is_not_well_formed(void)
{
	for (uint32_t code = 0; code < 0x10000; code++) {
		for (size_t len = shortest(code) + 1; len <= 4; len++) {
			char text[4];

			if (len == 2 && code >= 0x80)
				continue;
			encode(code, len, text);
			if (!CHECK_U64(utf8_length(text, len), 0)) {
				printf("# U+%04X in %zu bytes\n", code, len);
				return;
			}
		}
	}
}

static void what_lies_over_the_last_code_point_is_not_well_formed(void)
{
	for (uint32_t code = LAST_CODE_POINT + 1; code < 0x200000; code++) {
		char text[4];

		encode(code, 4, text);
		if (!CHECK_U64(utf8_length(text, 4), 0)) {
			printf("# %#x\n", code);
			return;
		}
	}
	CHECK_U64(utf8_length("\xf8\x88\x80\x80\x80", 5), 0);
	CHECK_U64(utf8_length("\xfc\x84\x80\x80\x80\x80", 6), 0);
	CHECK_U64(utf8_length("\xfe", 1), 0);
	CHECK_U64(utf8_length("\xff", 1), 0);
}

static void no_text_begins_with_a_later_byte(void)
{
	for (unsigned byte = 0x80; byte < 0xc2; byte++) {
		char text[4] = { (char)byte, (char)0x80, (char)0x80,
				 (char)0x80 };

		CHECK_U64(utf8_length(text, 4), 0);
	}
}

/* Replaces a byte of a valid sequence by every invalid one. */
static void a_wrong_later_byte_is_not_well_formed(void)
{
	static const char *const texts[] = { "\xc3\xa9", "\xe2\x82\xac",
					     "\xf1\x80\x80\x80" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		size_t len = strlen(texts[i]);

		for (size_t at = 1; at < len; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				char text[5];

				memcpy(text, texts[i], len + 1);
				text[at] = (char)byte;
				CHECK_U64(utf8_length(text, len),
					  (byte & 0xc0) == 0x80 ? len : 0);
			}
		}
	}
}

static void every_code_point_is_told(void)
{
	for (uint32_t code = 0; code <= LAST_CODE_POINT; code++) {
		char text[4];
		size_t len = encode(code, shortest(code), text);

		if (!CHECK_U64(utf8_code_point(text, len), code))
			return;
	}
}

/* `holds` for the code points from the first to before the next, and so on. */
static void check_changes(const uint32_t *changes, size_t count,
			  bool (*holds)(const char *text))
{
	size_t passed = 0;

	for (uint32_t code = 1; code <= LAST_CODE_POINT; code++) {
		char text[5];

		if (is_surrogate(code))
			continue;
		if (passed < count && code == changes[passed])
			passed++;
		text[encode(code, shortest(code), text)] = '\0';
		if (!CHECK(holds(text) == (passed % 2 == 1)))
			printf("# U+%04X\n", code);
	}
}

static bool takes_two_columns(const char *text)
{
	return utf8_columns(text, strlen(text)) == 2;
}

static void east_asia_and_emoji_take_two_columns(void)
{
	static const uint32_t changes[] = {
		0x1100,	 0x1160,  0x2e80,  0x303f,  0x3041,  0x3248,  0x3250,
		0x4dc0,	 0x4e00,  0xa4d0,  0xa960,  0xa980,  0xac00,  0xd7a4,
		0xf900,	 0xfb00,  0xfe30,  0xfe70,  0xff01,  0xff61,  0xffe0,
		0xffe7,	 0x1f300, 0x1f321, 0x1f32d, 0x1f394, 0x1f3a0, 0x1f3cb,
		0x1f3e0, 0x1f53e, 0x1f5fb, 0x1f650, 0x1f680, 0x1f6c6, 0x1f90c,
		0x1fa00, 0x1fa70, 0x1fb00, 0x20000, 0x3fffe,
	};

	check_changes(changes, ARRAY_LEN(changes), takes_two_columns);
	CHECK_U64(utf8_columns("\xff", 1), 1);
}

static void what_hides_or_turns_text_is_unseen(void)
{
	static const uint32_t changes[] = {
		0x7f,	 0xa1,	  0xad,	   0xae,    0x34f,   0x350,   0x600,
		0x606,	 0x61c,	  0x61d,   0x6dd,   0x6de,   0x70f,   0x710,
		0x890,	 0x892,	  0x8e2,   0x8e3,   0x115f,  0x1161,  0x1680,
		0x1681,	 0x17b4,  0x17b6,  0x180b,  0x1810,  0x2000,  0x2010,
		0x2028,	 0x2030,  0x205f,  0x2070,  0x2800,  0x2801,  0x3000,
		0x3001,	 0x3164,  0x3165,  0xfe00,  0xfe10,  0xfeff,  0xff00,
		0xffa0,	 0xffa1,  0xfff0,  0xfffc,  0x110bd, 0x110be, 0x110cd,
		0x110ce, 0x13430, 0x13440, 0x1bca0, 0x1bca4, 0x1d173, 0x1d17b,
		0xe0000, 0xe1000,
	};

	check_changes(changes, ARRAY_LEN(changes), utf8_is_unseen);
	CHECK(!utf8_is_unseen(""));
	CHECK(!utf8_is_unseen("\xe2\x80"));
	CHECK(!utf8_is_unseen("\x9b"));
}

static void a_character_over_ffff_is_escaped_as_two(void)
{
	char escape[UTF8_ESCAPE_SIZE];

	utf8_escape_json("\x7f", 1, escape);
	CHECK_STR(escape, "\\u007f");
	utf8_escape_json("\xe2\x80\xae", 3, escape);
	CHECK_STR(escape, "\\u202e");
	utf8_escape_json("\xef\xbf\xbf", 3, escape);
	CHECK_STR(escape, "\\uffff");
	utf8_escape_json("\xf0\x90\x80\x80", 4, escape);
	CHECK_STR(escape, "\\ud800\\udc00");
	utf8_escape_json("\xf3\xa0\x81\x81", 4, escape);
	CHECK_STR(escape, "\\udb40\\udc41");
	utf8_escape_json("\xf4\x8f\xbf\xbf", 4, escape);
	CHECK_STR(escape, "\\udbff\\udfff");
}

static void blanks_are_found_at_both_ends(void)
{
	static const uint32_t changes[] = {
		'\t',	0x0e,	' ',	'!',	0x85,	0x86,	0xa0,
		0xa1,	0x1680, 0x1681, 0x2000, 0x200b, 0x2028, 0x202a,
		0x202f, 0x2030, 0x205f, 0x2060, 0x3000, 0x3001,
	};
	static const char *const blank[] = {
		" a", "a ",	   "\ta",	    "a\n",	 "\r",
		" ",  "\xc2\xa0z", "a\xe3\x80\x80", "a\xc2\x85", "\xe2\x80\xa8"
	};
	static const char *const plain[] = {
		"", "a", "a b", "\xc3\xa9", "\x80", "\xff", "a\xe2\x80\x8b"
	};

	check_changes(changes, ARRAY_LEN(changes), utf8_has_blank_around);
	for (size_t i = 0; i < ARRAY_LEN(blank); i++)
		CHECK(utf8_has_blank_around(blank[i]));
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		CHECK(!utf8_has_blank_around(plain[i]));
}

static void blanks_at_the_beginning_are_skipped(void)
{
	CHECK_STR(utf8_skip_blanks(" \t\xc2\x85\xe3\x80\x80z "), "z ");
	CHECK_STR(utf8_skip_blanks("a b"), "a b");
	CHECK_STR(utf8_skip_blanks("\xe2\x80\x8b a"), "\xe2\x80\x8b a");
	CHECK_STR(utf8_skip_blanks("\xe3\x80"), "\xe3\x80");
	CHECK_STR(utf8_skip_blanks(" \n"), "");
	CHECK_STR(utf8_skip_blanks(""), "");
}

static size_t plain_length(const char *text, size_t len)
{
	size_t pos = 0;

	while (pos < len && text[pos] >= ' ' && text[pos] <= '~' &&
	       text[pos] != '"' && text[pos] != '\\')
		pos++;
	return pos;
}

static void plain_text_ends_where_json_needs_an_escape(void)
{
	struct prng prng = { 7 };
	char text[40];

	for (int byte = 0; byte < 256; byte++)
		for (size_t at = 0; at < sizeof(text); at++) {
			memset(text, 'a', sizeof(text));
			text[at] = (char)byte;
			for (size_t len = 0; len <= sizeof(text); len++)
				if (!CHECK_U64(utf8_plain_length(text, len),
					       plain_length(text, len)))
					return;
		}
	/* Bytes near the limits, beside each other. */
	for (size_t round = 0; round < 200000; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = "\x1f !\"#[\\]~\x7f\x80\xff\x01 aaaaaaaa"
				[prng_below(&prng, 22)];
		if (!CHECK_U64(utf8_plain_length(text, sizeof(text)),
			       plain_length(text, sizeof(text))))
			return;
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_code_point_has_its_length),
	TAP_TEST(what_follows_is_not_looked_at),
	TAP_TEST(what_is_cut_off_is_not_well_formed),
	TAP_TEST(a_longer_form_than_needed_is_not_well_formed),
	TAP_TEST(what_lies_over_the_last_code_point_is_not_well_formed),
	TAP_TEST(no_text_begins_with_a_later_byte),
	TAP_TEST(a_wrong_later_byte_is_not_well_formed),
	TAP_TEST(every_code_point_is_told),
	TAP_TEST(east_asia_and_emoji_take_two_columns),
	TAP_TEST(what_hides_or_turns_text_is_unseen),
	TAP_TEST(blanks_are_found_at_both_ends),
	TAP_TEST(blanks_at_the_beginning_are_skipped),
	TAP_TEST(a_character_over_ffff_is_escaped_as_two),
	TAP_TEST(plain_text_ends_where_json_needs_an_escape),
};
TAP_MAIN(tests)
