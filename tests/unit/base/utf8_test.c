/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include <stdint.h>

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

static void east_asia_and_emoji_take_two_columns(void)
{
	static const char *const wide[] = {
		"\xe6\xbc\xa2", /* U+6F22 */
		"\xe3\x81\x82", /* U+3042 */
		"\xed\x95\x9c", /* U+D55C */
		"\xef\xbc\xa1", /* U+FF21 */
		"\xf0\x9f\x98\x80", /* U+1F600 */
		"\xf0\xa0\x80\x80", /* U+20000 */
	};
	static const char *const narrow[] = {
		"a", "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xef\xbd\xa1", "\xff"
	};

	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		CHECK_U64(utf8_columns(wide[i], strlen(wide[i])), 2);
	for (size_t i = 0; i < ARRAY_LEN(narrow); i++)
		CHECK_U64(utf8_columns(narrow[i], strlen(narrow[i])), 1);
}

static void what_hides_or_turns_text_is_unseen(void)
{
	static const uint32_t unseen[] = {
		0x7f,	 0x80,	  0x9b,	   0x9f,    0xa0,    0xad,    0x34f,
		0x600,	 0x61c,	  0x6dd,   0x70f,   0x115f,  0x1160,  0x1680,
		0x17b4,	 0x180e,  0x2000,  0x200b,  0x200e,  0x200f,  0x2028,
		0x2029,	 0x202a,  0x202e,  0x202f,  0x205f,  0x2060,  0x2066,
		0x2069,	 0x206f,  0x2800,  0x3000,  0x3164,  0xfe0f,  0xfeff,
		0xffa0,	 0xfff9,  0xfffb,  0x110bd, 0x13430, 0x1bca0, 0x1d173,
		0xe0000, 0xe0001, 0xe0041, 0xe007f, 0xe0100, 0xe01ef,
	};
	static const uint32_t seen[] = {
		' ',	 '~',	  0xa1,	    0xac,   0xae,    0xe9,    0x350,
		0x5d0,	 0x606,	  0x61b,    0x61d,  0x627,   0x115e,  0x1161,
		0x2010,	 0x2027,  0x2030,   0x205e, 0x2070,  0x20ac,  0x27ff,
		0x2801,	 0x3001,  0x3042,   0x3163, 0x3165,  0x6f22,  0xfdff,
		0xfe10,	 0xffa1,  0xfffc,   0xfffd, 0x110bc, 0x13440, 0x1f600,
		0xdffff, 0xe1000, 0x10ffff,
	};
	char text[5];

	for (size_t i = 0; i < ARRAY_LEN(unseen); i++) {
		text[encode(unseen[i], shortest(unseen[i]), text)] = '\0';
		if (!CHECK(utf8_is_unseen(text)))
			printf("# U+%04X\n", unseen[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		text[encode(seen[i], shortest(seen[i]), text)] = '\0';
		if (!CHECK(!utf8_is_unseen(text)))
			printf("# U+%04X\n", seen[i]);
	}
	CHECK(!utf8_is_unseen("\n"));
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
	static const char *const blank[] = {
		" a", "a ",	   "\ta",	    "a\n",	 "\r",
		" ",  "\xc2\xa0z", "a\xe3\x80\x80", "a\xc2\x85", "\xe2\x80\xa8"
	};
	static const char *const plain[] = {
		"", "a", "a b", "\xc3\xa9", "\x80", "\xff", "a\xe2\x80\x8b"
	};

	for (size_t i = 0; i < ARRAY_LEN(blank); i++)
		CHECK(utf8_has_blank_around(blank[i]));
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		CHECK(!utf8_has_blank_around(plain[i]));
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
	TAP_TEST(a_character_over_ffff_is_escaped_as_two),
};
TAP_MAIN(tests)
