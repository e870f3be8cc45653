/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <stdint.h>

#include "tap.h"

static void a_buffer_without_additions_is_an_empty_text(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len = 9;

	REQUIRE(buf_take(&buf, &text, &len, &err) == 0);
	CHECK_STR(text, "");
	CHECK_U64(len, 0);
}

static void additions_follow_each_other(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	buf_add_str(&buf, "one");
	buf_add(&buf, "", 0);
	buf_add_str(&buf, "");
	buf_add(&buf, ", two and more", 5);
	REQUIRE(buf_take(&buf, &text, NULL, &err) == 0);
	CHECK_STR(text, "one, two");
}

static void nuls_are_bytes_like_others(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	buf_add(&buf, "a\0b\0", 4);
	REQUIRE(buf_take(&buf, &text, &len, &err) == 0);
	CHECK_U64(len, 4);
	CHECK(memcmp(text, "a\0b\0", 5) == 0);
}

static void an_escape_that_just_fits_is_not_cut(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	buf_add_json_cut(&buf, "a\"", 3);
	REQUIRE(buf_take(&buf, &text, NULL, &err) == 0);
	CHECK_STR(text, "\"a\\\"\"");
}

static void a_long_text_keeps_all_its_bytes(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	bool same = true;
	struct err err = { 0 };
	size_t len;

	for (unsigned int i = 0; i < 100000; i++) {
		char byte = (char)('a' + i % 26);

		buf_add(&buf, &byte, 1);
	}
	REQUIRE(buf_take(&buf, &text, &len, &err) == 0);
	CHECK_U64(len, 100000);
	for (unsigned int i = 0; i < len; i++)
		same &= text[i] == (char)('a' + i % 26);
	CHECK(same);
	CHECK(text[len] == '\0');
}

static void a_taken_buffer_can_be_filled_again(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *first CLEANUP_FREE = NULL, *second CLEANUP_FREE = NULL;
	struct err err = { 0 };

	buf_add_str(&buf, "first");
	REQUIRE(buf_take(&buf, &first, NULL, &err) == 0);
	buf_add_str(&buf, "second");
	REQUIRE(buf_take(&buf, &second, NULL, &err) == 0);
	CHECK_STR(first, "first");
	CHECK_STR(second, "second");
}

/* Neither length can be allocated, and the text is not read. */
static void a_failed_addition_is_told_when_it_is_taken(void)
{
	static const size_t lengths[] = { SIZE_MAX, SIZE_MAX / 2 + 1 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct buf buf CLEANUP_BUF = { 0 };
		char *text CLEANUP_FREE = NULL;
		struct err err = { 0 };

		buf_add_str(&buf, "before");
		buf_add(&buf, "", lengths[i]);
		buf_add_str(&buf, "after");
		CHECK(buf_take(&buf, &text, NULL, &err) == -1);
		CHECK_STR(err.text, "out of memory");
		CHECK(text == NULL);
	}
}

static void an_array_is_filled_to_its_last_byte(void)
{
	char array[4] = "";
	struct buf buf = BUF_FIXED(array);

	buf_add_str(&buf, "abcd");
	CHECK(!buf.failed && buf.len == sizeof(array));
	CHECK(memcmp(array, "abcd", sizeof(array)) == 0);
	buf_add_str(&buf, "e");
	CHECK(buf.failed);
}

static void freeing_twice_does_nothing(void)
{
	struct buf buf = { 0 };

	buf_add_str(&buf, "text");
	buf_free(&buf);
	buf_free(&buf);
	CHECK(buf.text == NULL && buf.len == 0);
}

static void check_json(const char *text, const char *want)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *got CLEANUP_FREE = NULL;
	struct err err = { 0 };

	buf_add_json(&buf, text);
	REQUIRE(buf_take(&buf, &got, NULL, &err) == 0);
	CHECK_STR(got, want);
}

static void a_json_string_has_what_must_be_escaped_escaped(void)
{
	check_json("", "\"\"");
	check_json("plain 'text' /", "\"plain 'text' /\"");
	check_json("\"\\", "\"\\\"\\\\\"");
	check_json("a\n\tb", "\"a\\n\\tb\"");
	check_json("\x01\x1f\x7f\r", "\"\\u0001\\u001f\\u007f\\u000d\"");
	check_json("gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"");
	check_json("\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xd8\x9c",
		   "\"\\u009b\\u2028\\u202e\\u061c\"");
	check_json("\xf3\xa0\x81\x81\xe1\x85\x9f\xe3\x85\xa4",
		   "\"\\udb40\\udc41\\u115f\\u3164\"");
}

static void no_byte_of_a_json_string_is_a_control_character(void)
{
	for (int byte = 1; byte < 256; byte++) {
		const char text[] = { (char)byte, '\0' };
		struct buf buf CLEANUP_BUF = { 0 };
		char *got CLEANUP_FREE = NULL;
		struct err err = { 0 };

		buf_add_json(&buf, text);
		REQUIRE(buf_take(&buf, &got, NULL, &err) == 0);
		for (const char *at = got; *at; at++)
			if ((unsigned char)*at < 0x20 || *at == 0x7f)
				CHECK_U64((unsigned int)byte, 0);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_buffer_without_additions_is_an_empty_text),
	TAP_TEST(additions_follow_each_other),
	TAP_TEST(nuls_are_bytes_like_others),
	TAP_TEST(an_escape_that_just_fits_is_not_cut),
	TAP_TEST(a_long_text_keeps_all_its_bytes),
	TAP_TEST(a_taken_buffer_can_be_filled_again),
	TAP_TEST(a_failed_addition_is_told_when_it_is_taken),
	TAP_TEST(an_array_is_filled_to_its_last_byte),
	TAP_TEST(freeing_twice_does_nothing),
	TAP_TEST(a_json_string_has_what_must_be_escaped_escaped),
	TAP_TEST(no_byte_of_a_json_string_is_a_control_character),
};

TAP_MAIN(tests)
