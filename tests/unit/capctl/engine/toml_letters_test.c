/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/toml_letters.h"

#include "base/cleanup.h"

#include "tap.h"

static void check_moved(const char *text, const char *want)
{
	char *copy CLEANUP_FREE = NULL;
	size_t len = 0;
	struct err err = { 0 };

	CHECK(toml_letters_move_up(&copy, &len, "t", text, strlen(text),
				   &err) == 0);
	CHECK_STR(err.text, "");
	CHECK_STR(copy, want);
	CHECK_U64(len, strlen(want));
	len = toml_letters_move_down(copy, len);
	copy[len] = '\0';
	CHECK_STR(copy, text);
}

static void check_refused(const char *text, const char *why)
{
	char *copy;
	size_t len;
	struct err err = { 0 };

	CHECK(toml_letters_move_up(&copy, &len, "t", text, strlen(text),
				   &err) == -1);
	CHECK_STR(err.text, why);
}

static void characters_of_two_and_three_bytes_move_and_come_back(void)
{
	check_moved("a\xc2\x80z", "a\xf4\x80\x82\x80z");
	check_moved("\xdf\xbf\xe0\xa0\x80", "\xf4\x80\x9f\xbf\xf4\x80\xa0\x80");
	check_moved("\xe2\x80\xa8", "\xf4\x82\x80\xa8");
	check_moved("x\xef\xbb\xbf", "x\xf4\x8f\xbb\xbf");
}

static void all_others_stay(void)
{
	check_moved("", "");
	check_moved("\t\n ~\x7f", "\t\n ~\x7f");
	check_moved("\xef\xbc\x80\xf0\x9d\x84\x9e\xf3\xbf\xbf\xbf",
		    "\xef\xbc\x80\xf0\x9d\x84\x9e\xf3\xbf\xbf\xbf");
}

static void a_byte_order_mark_stays_where_it_is_one(void)
{
	check_moved("\xef\xbb\xbf\xc3\xa9", "\xef\xbb\xbf\xf4\x80\x83\xa9");
}

static void what_is_no_utf8_stays(void)
{
	check_moved("\xff\xc3 \xa9\xed\xa0\x80\xf4\x90\x80\x80\xc3",
		    "\xff\xc3 \xa9\xed\xa0\x80\xf4\x90\x80\x80\xc3");
}

static void plane_16_is_refused_with_its_place(void)
{
	check_refused("\n\xc3\xa9\xf4\x80\x80\x80",
		      "'t':2:2: private use character");
	check_refused("\xf4\x8f\xbf\xbf", "'t':1:1: private use character");
	check_refused("a = \"\\U001000e9\"",
		      "'t':1:6: escape of a private use character");
}

static const struct tap_test tests[] = {
	TAP_TEST(characters_of_two_and_three_bytes_move_and_come_back),
	TAP_TEST(all_others_stay),
	TAP_TEST(a_byte_order_mark_stays_where_it_is_one),
	TAP_TEST(what_is_no_utf8_stays),
	TAP_TEST(plane_16_is_refused_with_its_place),
};

TAP_MAIN(tests)
