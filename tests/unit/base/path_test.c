/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/path.h"

#include "tap.h"

static void the_basename_follows_the_last_slash(void)
{
	CHECK_STR(path_basename("/usr/bin/runc"), "runc");
	CHECK_STR(path_basename("bin/runc"), "runc");
	CHECK_STR(path_basename("runc"), "runc");
	CHECK_STR(path_basename("//"), "");
	CHECK_STR(path_basename(""), "");
}

/* basename(3) of POSIX cuts the slash off, and gives "." for "". */
static void a_path_with_a_slash_at_its_end_has_no_basename(void)
{
	char path[] = "/usr/bin/runc/";

	CHECK_STR(path_basename(path), "");
	CHECK_STR(path, "/usr/bin/runc/");
}

static void a_clean_path_has_no_dots(void)
{
	static const char *const cases[][2] = {
		{ "/a/b", "/a/b" },
		{ "/a/../b", "/b" },
		{ "/a/./b/", "/a/b" },
		{ "//a///b//", "/a/b" },
		{ "/../../a", "/a" },
		{ "/a/b/../../..", "/" },
		{ "/.a/..b/...", "/.a/..b/..." },
		{ "/", "/" },
		{ "a/../b", "a/../b" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[32];

		snprintf(path, sizeof(path), "%s", cases[i][0]);
		path_clean(path);
		CHECK_STR(path, cases[i][1]);
	}
}

static void only_two_names_are_dots(void)
{
	CHECK(path_is_dots("."));
	CHECK(path_is_dots(".."));
	CHECK(!path_is_dots(""));
	CHECK(!path_is_dots("..."));
	CHECK(!path_is_dots(".a"));
}

static const struct tap_test tests[] = {
	TAP_TEST(the_basename_follows_the_last_slash),
	TAP_TEST(a_path_with_a_slash_at_its_end_has_no_basename),
	TAP_TEST(a_clean_path_has_no_dots),
	TAP_TEST(only_two_names_are_dots),
};

TAP_MAIN(tests)
