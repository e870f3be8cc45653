/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/read.h"

#include "tap.h"
#include "testdata.h"

static const char text[] =
	"{\"text\":\"a\\u0062c\", \"nul\":\"a\\u0000\", \"on\":true, \"off\":false,\n"
	"\"small\":7, \"big\":18446744073709551615, \"float\":1.0, \"null\":null,\n"
	"\"list\":[\"x\",\"y\"], \"mixed\":[\"x\",3], \"object\":{\"text\":1},\n"
	"\"text\":\"second\"}";

struct fixture {
	struct testdata data;
	struct err err;
	struct json_reader reader;
	struct json_value root;
};

static void fixture_free(struct fixture *fixture)
{
	testdata_free(&fixture->data);
}

#define FIXTURE(name)                                                          \
	struct fixture name __attribute__((                                    \
		cleanup(fixture_free))) = { .data = testdata_of(text) };       \
	fixture_init(&name)

static void fixture_init(struct fixture *fixture)
{
	CHECK(json_check(&fixture->data.doc, &fixture->err) == 0);
	fixture->reader.doc = &fixture->data.doc;
	fixture->reader.err = &fixture->err;
	fixture->root = json_root(&fixture->data.doc);
}

static struct json_value member(const struct fixture *fixture, const char *key)
{
	struct json_value value = { .kind = JSON_NULL };

	CHECK(json_find(&fixture->data.doc, fixture->root, key, &value));
	return value;
}

static void the_first_member_with_a_key_is_found(void)
{
	FIXTURE(f);
	struct json_value value;

	REQUIRE(json_find(&f.data.doc, f.root, "text", &value));
	CHECK(json_string_is(&f.data.doc, value, "abc"));
	CHECK_U64(member(&f, "null").kind, JSON_NULL);
	CHECK(!json_find(&f.data.doc, f.root, "x", &value));
	CHECK(!json_find(&f.data.doc, member(&f, "list"), "x", &value));
	CHECK(!json_find(&f.data.doc, member(&f, "small"), "x", &value));
}

static void a_member_of_another_kind_is_named_with_its_place(void)
{
	static const struct {
		const char *key;
		unsigned int kinds;
		const char *want;
	} cases[] = {
		{ "text", JSON_NUMBER,
		  "'t':1:9: 'text' must be a number, not a string" },
		{ "small", JSON_STRING | JSON_NULL,
		  "'t':2:9: 'small' must be a string, not a number" },
		{ "null", JSON_BOOLEAN,
		  "'t':2:60: 'null' must be true or false, not null" },
		{ "on", JSON_NULL,
		  "'t':1:43: 'on' must be null, not a boolean" },
		{ "object", JSON_ARRAY,
		  "'t':3:45: 'object' must be a list, not an object" },
		{ "none", JSON_OBJECT, "'t':1:1: 'none' is missing" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		FIXTURE(f);
		struct json_value value;

		CHECK(json_find_kind(&f.reader, f.root, cases[i].key,
				     cases[i].kinds, &value) == -1);
		CHECK_STR(f.err.text, cases[i].want);
	}
}

static void an_optional_member_that_is_absent_reads_as_null(void)
{
	FIXTURE(f);
	struct json_value value;

	REQUIRE(json_find_kind(&f.reader, f.root, "none",
			       JSON_ARRAY | JSON_NULL, &value) == 0);
	CHECK_U64(value.kind, JSON_NULL);
	struct json_iter iter = json_iterate(&f.data.doc, value);

	CHECK(!json_next_element(&iter, &value));
	REQUIRE(json_find_kind(&f.reader, f.root, "list",
			       JSON_ARRAY | JSON_NULL, &value) == 0);
	CHECK_U64(value.kind, JSON_ARRAY);
}

static void a_value_without_a_key_is_only_expected_to_be_of_a_kind(void)
{
	FIXTURE(f);

	CHECK(json_want(&f.reader, NULL, f.root, JSON_OBJECT) == 0);
	CHECK(json_want(&f.reader, NULL, f.root, JSON_ARRAY | JSON_STRING) ==
	      -1);
	CHECK_STR(f.err.text, "'t':1:1: expected a string, not an object");
}

static void a_text_has_no_nul(void)
{
	FIXTURE(f);
	char *got = NULL;

	REQUIRE(json_text(&f.reader, "text", member(&f, "text"), &got) == 0);
	CHECK_STR(got, "abc");
	free(got);
	got = NULL;
	CHECK(json_text(&f.reader, "nul", member(&f, "nul"), &got) == -1);
	CHECK_STR(f.err.text, "'t':1:27: 'nul' must not contain \\u0000");
	CHECK(json_text(&f.reader, NULL, member(&f, "nul"), &got) == -1);
	CHECK_STR(f.err.text, "'t':1:27: a string must not contain \\u0000");
	CHECK(json_text(&f.reader, NULL, member(&f, "on"), &got) == -1);
	CHECK_STR(f.err.text, "'t':1:43: expected a string, not a boolean");
	CHECK(!got);
}

static void a_text_is_found_by_its_key(void)
{
	FIXTURE(f);
	char *got = NULL;

	REQUIRE(json_find_text(&f.reader, f.root, "text", JSON_STRING, &got) ==
		0);
	CHECK_STR(got, "abc");
	free(got);
	CHECK(json_find_text(&f.reader, f.root, "none", JSON_STRING | JSON_NULL,
			     &got) == 0);
	CHECK(!got);
	CHECK(json_find_text(&f.reader, f.root, "none", JSON_STRING, &got) ==
	      -1);
	CHECK_STR(f.err.text, "'t':1:1: 'none' is missing");
}

static void booleans_and_numbers_are_read(void)
{
	FIXTURE(f);
	bool on = false, off = true;
	uint32_t small = 0;
	uint64_t big = 0;

	CHECK(json_boolean(&f.reader, "on", member(&f, "on"), &on) == 0 && on);
	CHECK(json_boolean(&f.reader, "off", member(&f, "off"), &off) == 0 &&
	      !off);
	CHECK(json_boolean(&f.reader, "small", member(&f, "small"), &on) == -1);
	CHECK_STR(f.err.text,
		  "'t':2:9: 'small' must be true or false, not a number");
	CHECK(json_u32(&f.reader, "small", member(&f, "small"), 7, &small) ==
	      0);
	CHECK_U64(small, 7);
	CHECK(json_u32(&f.reader, "small", member(&f, "small"), 6, &small) ==
	      -1);
	CHECK_STR(
		f.err.text,
		"'t':2:9: 'small' must be a whole number from 0 to 6 in plain digits");
	CHECK(json_u64(&f.reader, "big", member(&f, "big"), UINT64_MAX, &big) ==
	      0);
	CHECK_U64(big, UINT64_MAX);
	CHECK(json_u64(&f.reader, "float", member(&f, "float"), UINT64_MAX,
		       &big) == -1);
	CHECK_STR(
		f.err.text,
		"'t':2:48: 'float' must be a whole number from 0 to 18446744073709551615 in plain digits");
	CHECK(json_u32(&f.reader, "text", member(&f, "text"), 1, &small) == -1);
	CHECK_STR(f.err.text, "'t':1:9: 'text' must be a number, not a string");
}

static void a_list_of_strings_ends_at_another_kind(void)
{
	FIXTURE(f);
	struct json_value list = member(&f, "list"), value;
	struct json_iter iter = json_iterate(&f.data.doc, list);

	CHECK(json_next_string(&f.reader, "list", &iter, &value) == 1);
	CHECK(json_string_is(&f.data.doc, value, "x"));
	CHECK(json_next_string(&f.reader, "list", &iter, &value) == 1);
	CHECK(json_next_string(&f.reader, "list", &iter, &value) == 0);
	iter = json_iterate(&f.data.doc, member(&f, "mixed"));
	CHECK(json_next_string(&f.reader, "mixed", &iter, &value) == 1);
	CHECK(json_next_string(&f.reader, "mixed", &iter, &value) == -1);
	CHECK_STR(f.err.text,
		  "'t':3:32: 'mixed' must contain only strings, not a number");
}

static void collect(void *context, size_t offset, const char *message)
{
	snprintf(context, 64, "%zu %s", offset, message);
}

static void a_reader_can_report_instead_of_failing_at_once(void)
{
	char got[64] = "";
	FIXTURE(f);

	f.reader.report = collect;
	f.reader.context = got;
	CHECK(json_want(&f.reader, "k", f.root, JSON_STRING) == -1);
	CHECK_STR(got, "0 'k' must be a string, not an object");
	CHECK(json_fail(&f.reader, 5, "%s", "anything") == -1);
	CHECK_STR(got, "5 anything");
	CHECK_STR(f.err.text, "");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_first_member_with_a_key_is_found),
	TAP_TEST(a_member_of_another_kind_is_named_with_its_place),
	TAP_TEST(an_optional_member_that_is_absent_reads_as_null),
	TAP_TEST(a_value_without_a_key_is_only_expected_to_be_of_a_kind),
	TAP_TEST(a_text_has_no_nul),
	TAP_TEST(a_text_is_found_by_its_key),
	TAP_TEST(booleans_and_numbers_are_read),
	TAP_TEST(a_list_of_strings_ends_at_another_kind),
	TAP_TEST(a_reader_can_report_instead_of_failing_at_once),
};

TAP_MAIN(tests)
