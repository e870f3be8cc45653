/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/toml_letters.h"

#include "base/cleanup.h"

#include "tap.h"

#define E_ACUTE "\xc3\xa9"
#define CLEF "\xf0\x9d\x84\x9e"

static void check_safe(const char *text, const char *expected)
{
	char *safe CLEANUP_FREE = NULL;
	size_t len = 0;
	struct err err = { 0 };

	CHECK(toml_letters_make_safe(&safe, &len, "t", text, strlen(text),
				     &err) == 0);
	CHECK_STR(err.text, "");
	CHECK_STR(safe, expected);
	CHECK_U64(len, strlen(expected));
}

static void check_same(const char *text)
{
	check_safe(text, text);
}

static void check_refused(const char *text, const char *why)
{
	char *safe;
	size_t len;
	struct err err = { 0 };

	CHECK(toml_letters_make_safe(&safe, &len, "t", text, strlen(text),
				     &err) == -1);
	CHECK_STR(err.text, why);
}

static void strings_and_comments_stay_as_they_are(void)
{
	check_same("");
	check_same("# " E_ACUTE "\na = '" E_ACUTE "' # '" E_ACUTE);
	check_same("\"" E_ACUTE "\" = \"\\\"" E_ACUTE "\"");
	check_same("a = '\\' # " E_ACUTE);
	check_same("a = ['', \"\", '" E_ACUTE "']");
	check_same("a = '''\n'" E_ACUTE "''''' # " E_ACUTE);
	check_same("a = \"\"\"\"" E_ACUTE "\\\"\"\"\"\"\n\"" E_ACUTE "\" = 1");
	check_same("a = '''\\\n" E_ACUTE "'''");
	check_same("\xef\xbb\xbf"
		   "a = 1");
}

static void after_joined_lines_it_is_an_escape(void)
{
	check_safe("a = \"\"\"\\\n \t\r\n" E_ACUTE E_ACUTE "\"\"\" # " CLEF,
		   "a = \"\"\"\\\n \t\r\n\\U000000e9" E_ACUTE "\"\"\" # " CLEF);
	check_safe("a = \"\"\"\\ \n" CLEF "\\\n" CLEF "\"\"\"",
		   "a = \"\"\"\\ \n\\U0001d11e\\\n\\U0001d11e\"\"\"");
	check_same("a = \"\"\"\\\\\n" E_ACUTE "\"\"\"");
	check_same("a = \"\"\"\\\n\"" E_ACUTE "\"\"\"");
	check_same("a = \"\"\"\\\n\xff\"\"\"");
}

static void elsewhere_it_is_refused_with_its_place(void)
{
	const char *const why = "'t':2:5: non-ASCII character outside of "
				"strings and comments";

	check_refused("\na = " E_ACUTE, why);
	check_refused("# " E_ACUTE "\na = \xff", why);
	check_refused("# ' " E_ACUTE "\n''  " E_ACUTE, why);
}

static void an_escaped_one_is_refused_with_its_place(void)
{
	const char *const why = "'t':1:7: unknown escape sequence";

	check_refused("a = \"" E_ACUTE "\\" E_ACUTE "\"", why);
	check_refused("\"\"\"\"\"" E_ACUTE "\\" E_ACUTE, why);
}

/* Past the first error toml++ reads nothing, so neither does this. */
static void a_broken_string_ends_the_search(void)
{
	check_same("a = 'b\n" E_ACUTE);
	check_same("a = \"b\n" E_ACUTE);
	check_same("a = \"\"\"b\n" E_ACUTE);
	check_same("a = \"\\");
	check_same("a = \"\"\"\\");
	check_same("a = \"\"\"\\\n");
}

static const struct tap_test tests[] = {
	TAP_TEST(strings_and_comments_stay_as_they_are),
	TAP_TEST(after_joined_lines_it_is_an_escape),
	TAP_TEST(elsewhere_it_is_refused_with_its_place),
	TAP_TEST(an_escaped_one_is_refused_with_its_place),
	TAP_TEST(a_broken_string_ends_the_search),
};

TAP_MAIN(tests)
