/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/toml.h"

#include "tap.h"

static struct toml_doc *parse(const char *text)
{
	struct toml_doc *doc;
	struct err err = { 0 };

	if (toml_parse(&doc, "t", text, strlen(text), &err) < 0)
		CHECK_STR(err.text, "");
	return doc;
}

static void check_refused(const char *text, const char *why)
{
	struct toml_doc *doc;
	struct err err = { 0 };

	CHECK(toml_parse(&doc, "t", text, strlen(text), &err) == -1);
	CHECK(!doc);
	CHECK_HAS(err.text, why);
}

static void a_value_is_found_by_its_keys(void)
{
	struct toml_doc *doc = parse("a = 1\n[b.\"c.d\"]\ne = \"f\"\n"
				     "g = [true, 'h']\n");
	const struct toml_value *root = toml_root(doc), *list;

	CHECK(toml_kind(root) == TOML_TABLE);
	CHECK_U64((uint64_t)toml_integer(toml_find(root, "a", (char *)NULL)),
		  1);
	CHECK_STR(toml_string(toml_find(root, "b", "c.d", "e", (char *)NULL)),
		  "f");
	list = toml_find(root, "b", "c.d", "g", (char *)NULL);
	CHECK(toml_kind(list) == TOML_LIST);
	CHECK_U64(toml_count(list), 2);
	CHECK(toml_is_true(toml_element(list, 0)));
	CHECK_STR(toml_string(toml_element(list, 1)), "h");
	CHECK(!toml_element(list, 2));
	toml_free(doc);
}

static void json_gives_the_same_tree(void)
{
	static const char text[] =
		"{\"a\":\"\",\"b\":{\"c.\\u0064\":[true,\"h\","
		"1,null]},\"a\":\"\\n\"}";
	struct toml_doc *doc;
	const struct toml_value *root, *list;
	struct err err;

	REQUIRE(toml_parse_json(&doc, "t", text, strlen(text), &err) == 0);
	root = toml_root(doc);
	CHECK(toml_kind(root) == TOML_TABLE);
	CHECK_STR(toml_string(toml_find(root, "a", (char *)NULL)), "\n");
	list = toml_find(root, "b", "c.d", (char *)NULL);
	CHECK(toml_kind(list) == TOML_LIST);
	CHECK_U64(toml_count(list), 4);
	CHECK(toml_is_true(toml_element(list, 0)));
	CHECK_STR(toml_string(toml_element(list, 1)), "h");
	CHECK(toml_kind(toml_element(list, 2)) == TOML_OTHER);
	CHECK(toml_kind(toml_element(list, 3)) == TOML_OTHER);
	toml_free(doc);
	CHECK(toml_parse_json(&doc, "t", "{\n,", 3, &err) == -1);
	CHECK_HAS(err.text, "'t':2:1: ");
	CHECK(!doc);
}

static void what_is_not_there_is_nothing(void)
{
	struct toml_doc *doc = parse("a = 1\n");
	const struct toml_value *root = toml_root(doc);
	const char *key;

	CHECK(toml_find(root, (char *)NULL) == root);
	CHECK(!toml_find(root, "b", (char *)NULL));
	CHECK(!toml_find(root, "a", "b", (char *)NULL));
	CHECK(!toml_find(root, "b", "c", "d", (char *)NULL));
	CHECK(toml_kind(NULL) == TOML_NONE);
	CHECK(!toml_string(NULL) && !toml_is_true(NULL));
	CHECK(!toml_string(toml_find(root, "a", (char *)NULL)));
	CHECK_U64(toml_count(NULL), 0);
	CHECK_U64((uint64_t)toml_integer(root), 0);
	CHECK(!toml_element(root, 0));
	CHECK(!toml_member(NULL, 0, &key) && !key);
	CHECK(!toml_member(root, 1, &key) && !key);
	CHECK(!toml_root(NULL));
	toml_free(doc);
	toml_free(NULL);
}

static void members_come_in_the_order_of_their_keys(void)
{
	struct toml_doc *doc = parse("b = 2\na = 1\n[c]\n");
	const struct toml_value *root = toml_root(doc);
	const char *key;

	CHECK_U64(toml_count(root), 3);
	CHECK_U64((uint64_t)toml_integer(toml_member(root, 0, &key)), 1);
	CHECK_STR(key, "a");
	CHECK_U64((uint64_t)toml_integer(toml_member(root, 1, &key)), 2);
	CHECK_STR(key, "b");
	CHECK(toml_kind(toml_member(root, 2, &key)) == TOML_TABLE);
	CHECK_STR(key, "c");
	toml_free(doc);
}

static void letters_beyond_ascii_are_kept_in_strings(void)
{
	struct toml_doc *doc = parse("# \xc3\xa9\na = \"\xc3\xa9\"\n"
				     "b = \"\"\"\\\n  \xc3\xa9\"\"\"\n"
				     "\"\xc3\xa9\" = '\xf0\x9d\x84\x9e'\n");
	const struct toml_value *root = toml_root(doc);

	CHECK_STR(toml_string(toml_find(root, "a", (char *)NULL)), "\xc3\xa9");
	CHECK_STR(toml_string(toml_find(root, "b", (char *)NULL)), "\xc3\xa9");
	CHECK_STR(toml_string(toml_find(root, "\xc3\xa9", (char *)NULL)),
		  "\xf0\x9d\x84\x9e");
	toml_free(doc);
}

static void every_kind_is_told(void)
{
	static const struct {
		const char *text;
		enum toml_kind kind;
	} cases[] = {
		{ "a = {}", TOML_TABLE },	  { "a = []", TOML_LIST },
		{ "a = ''", TOML_STRING },	  { "a = false", TOML_BOOLEAN },
		{ "a = 0x10", TOML_INTEGER },	  { "a = 1.5", TOML_OTHER },
		{ "a = 1979-05-27", TOML_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct toml_doc *doc = parse(cases[i].text);

		CHECK(toml_kind(toml_find(toml_root(doc), "a", (char *)NULL)) ==
		      cases[i].kind);
		toml_free(doc);
	}
}

static void an_error_has_its_place(void)
{
	check_refused("a = 1\nb = [1,\n", "'t':2:9: ");
	check_refused("a = 1\na = 2\n", "'t':2:");
	check_refused("a = \"\xff\"\n", "'t':1:");
	check_refused("no toml at all", "'t':1:");
}

/* Violates an assertion of the library, with and without NDEBUG. */
static void a_text_cannot_end_the_program(void)
{
	check_refused("a = 1\n[[$]]\n", "'t': not TOML");
	check_refused("[$]\n", "'t'");
	check_refused("\xc3\xa9 = 1\n", "'t':1:1: ");
	check_refused("\xc3\xa9 = 1\n", "saw '\xc3\xa9'");
	check_refused("a = 1'\xc3\xa9'\n", "'t':1:");
	check_refused("\xef\xbb\xbd", "'t':1:1: ");
}

static void what_is_nested_too_deeply_is_refused(void)
{
	size_t len = 200000;
	char *text CLEANUP_FREE = calloc(1, len + 1);

	REQUIRE(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 ? '.' : 'a';
	memcpy(text + len - 4, "a=1", 4);
	check_refused(text, "nested too deeply");
	/* The deepest document that is accepted; it must also be freed. */
	memcpy(text + 2 * 8192 + 1, "=1\n", 4);
	toml_free(parse(text));
	memset(text, '[', 5000);
	memcpy(text, "a=", 2);
	text[5000] = '\0';
	check_refused(text, "'t':1:");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_value_is_found_by_its_keys),
	TAP_TEST(json_gives_the_same_tree),
	TAP_TEST(what_is_not_there_is_nothing),
	TAP_TEST(members_come_in_the_order_of_their_keys),
	TAP_TEST(letters_beyond_ascii_are_kept_in_strings),
	TAP_TEST(every_kind_is_told),
	TAP_TEST(an_error_has_its_place),
	TAP_TEST(a_text_cannot_end_the_program),
	TAP_TEST(what_is_nested_too_deeply_is_refused),
};

TAP_MAIN(tests)
