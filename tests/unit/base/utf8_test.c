/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include <stdint.h>

#include "tap.h"

#define LAST_CODE_POINT UINT32_C(0x10ffff)
#define SURROGATES_FROM UINT32_C(0xd800)
#define SURROGATES_END UINT32_C(0xe000)

/* By the table of RFC 3629, section 3, overlong and surrogate forms too. */
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
			/* As large as it may read, for a sanitizer to see. */
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

/* One byte of a good sequence exchanged for each that cannot stand there. */
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
};
TAP_MAIN(tests)
