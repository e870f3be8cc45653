/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/scan.h"

#include "json_same.h"
#include "tap.h"
#include "testdata.h"

static void check_span(const struct json_doc *doc, struct json_value value,
		       enum json_kind kind, const char *want)
{
	char *got CLEANUP_FREE =
		strndup(doc->text + value.start, value.end - value.start);

	CHECK_U64(value.kind, kind);
	CHECK_STR(got, want);
}

static void a_value_is_found_with_its_kind_and_its_bytes(void)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} values[] = {
		{ "null", JSON_NULL },
		{ "true", JSON_TRUE },
		{ "false", JSON_FALSE },
		{ "0", JSON_NUMBER },
		{ "-12.5e+7", JSON_NUMBER },
		{ "\"\"", JSON_STRING },
		{ "\"a\\\"]},\\\\\"", JSON_STRING },
		{ "[]", JSON_ARRAY },
		{ "[ \"]\" , [ { } ] ]", JSON_ARRAY },
		{ "{}", JSON_OBJECT },
		{ "{\"}\\\"\":[\"\\\\\",{\"]\":\"{[\"}]}", JSON_OBJECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct testdata bare CLEANUP_TESTDATA =
			testdata_of(values[i].text);
		char text[128];

		check_span(&bare.doc, json_root(&bare.doc), values[i].kind,
			   values[i].text);
		snprintf(text, sizeof(text), "\t\r\n %s \t\r\n",
			 values[i].text);
		struct testdata data CLEANUP_TESTDATA = testdata_of(text);

		check_span(&data.doc, json_root(&data.doc), values[i].kind,
			   values[i].text);
	}
}

static void elements_come_in_their_order_and_then_no_more(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		" [ null ,true,\n[1,[2]] , {\"a\":[3]}\t,\"],\" ,-4 ] ");
	struct json_iter iter = json_iterate(&data.doc, json_root(&data.doc));
	static const struct {
		enum json_kind kind;
		const char *text;
	} wanted[] = {
		{ JSON_NULL, "null" },	   { JSON_TRUE, "true" },
		{ JSON_ARRAY, "[1,[2]]" }, { JSON_OBJECT, "{\"a\":[3]}" },
		{ JSON_STRING, "\"],\"" }, { JSON_NUMBER, "-4" },
	};
	struct json_value value;

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		REQUIRE(json_next_element(&iter, &value));
		check_span(&data.doc, value, wanted[i].kind, wanted[i].text);
	}
	CHECK(!json_next_element(&iter, &value));
	CHECK(!json_next_element(&iter, &value));
}

static void members_come_in_their_order_and_then_no_more(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"a\":1 , \"b}\\\"\"\n:\t{\"c\":[]},\"a\" : null}");
	struct json_iter iter = json_iterate(&data.doc, json_root(&data.doc));
	static const struct {
		const char *key;
		enum json_kind kind;
		const char *text;
	} wanted[] = {
		{ "\"a\"", JSON_NUMBER, "1" },
		{ "\"b}\\\"\"", JSON_OBJECT, "{\"c\":[]}" },
		{ "\"a\"", JSON_NULL, "null" },
	};
	struct json_member member;

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		REQUIRE(json_next_member(&iter, &member));
		check_span(&data.doc, member.key, JSON_STRING, wanted[i].key);
		check_span(&data.doc, member.value, wanted[i].kind,
			   wanted[i].text);
	}
	CHECK(!json_next_member(&iter, &member));
	CHECK(!json_next_member(&iter, &member));
}

static void nothing_comes_out_of_what_is_empty(void)
{
	static const char *const texts[] = { "[]", "[ \n ]", "{}", " {\t} " };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct testdata data CLEANUP_TESTDATA = testdata_of(texts[i]);
		struct json_iter iter =
			json_iterate(&data.doc, json_root(&data.doc));
		struct json_member member;
		struct json_value value;

		CHECK(!json_next_element(&iter, &value));
		CHECK(!json_next_member(&iter, &member));
	}
}

static void check_decoded(const char *text, const char *want, size_t want_len)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct json_value string = json_root(&data.doc);
	char *got CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	REQUIRE(json_string(&data.doc, string, &got, &len, &err) == 0);
	CHECK_U64(len, want_len);
	CHECK(memcmp(got, want, want_len + 1) == 0);
	if (!memchr(want, '\0', want_len))
		CHECK(json_string_is(&data.doc, string, want));
	CHECK(string.escapes == (strchr(text, '\\') != NULL));
}

static void strings_are_decoded(void)
{
	static const struct {
		const char *text, *want;
		size_t len;
	} strings[] = {
		{ "\"\"", "", 0 },
		{ "\"abc\"", "abc", 3 },
		{ "\"\xc3\xa4\xf0\x9f\x98\x80\"", "\xc3\xa4\xf0\x9f\x98\x80",
		  6 },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
		{ "\"\\u0061\\u00e4\\u20AC\"", "a\xc3\xa4\xe2\x82\xac", 6 },
		{ "\"\\ud83d\\ude00x\"", "\xf0\x9f\x98\x80x", 5 },
		{ "\"\\ud800\\udc00\"", "\xf0\x90\x80\x80", 4 },
		{ "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf", 4 },
		{ "\"\\ud837\\ude37\"", "\xf0\x9d\xb8\xb7", 4 },
		{ "\"\\u007f\\u0080\"", "\x7f\xc2\x80", 3 },
		{ "\"\\u07ff\\u0800\"", "\xdf\xbf\xe0\xa0\x80", 5 },
		{ "\"\\u0000\"", "\0", 1 },
		{ "\"a\\u0000b\"", "a\0b", 3 },
		{ "\"\\\\u0041\"", "\\u0041", 6 },
		{ "\"\\ufffd\\uffff\"", "\xef\xbf\xbd\xef\xbf\xbf", 6 },
	};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		check_decoded(strings[i].text, strings[i].want, strings[i].len);
}

static void a_string_of_a_megabyte_is_decoded(void)
{
	enum { LEN = 1 << 20 };
	char *text CLEANUP_FREE = malloc(LEN + 16);
	char *want CLEANUP_FREE = malloc(LEN + 2);

	memset(text, 'x', LEN + 16);
	memset(want, 'x', LEN + 2);
	text[0] = '"';
	memcpy(text + 1 + LEN, "\\u0079\"", 8);
	memcpy(want + LEN, "y", 2);
	check_decoded(text, want, LEN + 1);
}

static void a_string_is_only_what_it_is_as_a_whole(void)
{
	static const char *const others[] = { "1", "[]", "{}", "null" };
	static const struct {
		const char *text, *other;
	} strings[] = {
		{ "\"abc\"", "ab" },	   { "\"abc\"", "abcd" },
		{ "\"abc\"", "abC" },	   { "\"abc\"", "" },
		{ "\"\\u0061bc\"", "ab" }, { "\"\\u0061bc\"", "abcd" },
		{ "\"a\\u0000\"", "a" },   { "\"\\u0061\"", "\\u0061" },
		{ "\"\\u0000\"", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(strings[i].text);

		CHECK(!json_string_is(&data.doc, json_root(&data.doc),
				      strings[i].other));
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct testdata data CLEANUP_TESTDATA = testdata_of(others[i]);

		CHECK(!json_string_is(&data.doc, json_root(&data.doc), ""));
	}
}

static void numbers_are_read_only_in_plain_digits(void)
{
	static const struct {
		const char *text;
		uint32_t max;
		long long want; /* -1: not a number within `max` */
	} numbers[] = {
		{ "0", 0, 0 },
		{ "1", 0, -1 },
		{ "1000", 1000, 1000 },
		{ "1001", 1000, -1 },
		{ "4294967294", UINT32_MAX - 1, 4294967294 },
		{ "4294967295", UINT32_MAX - 1, -1 },
		{ "4294967295", UINT32_MAX, 4294967295 },
		{ "4294967296", UINT32_MAX, -1 },
		{ "4294968296", UINT32_MAX, -1 },
		{ "18446744073709551616", UINT32_MAX, -1 },
		{ "18446744073709551617", UINT32_MAX, -1 },
		{ "99999999999999999999999999999", UINT32_MAX, -1 },
		{ "-0", UINT32_MAX, -1 },
		{ "-1", UINT32_MAX, -1 },
		{ "1.0", UINT32_MAX, -1 },
		{ "1e3", UINT32_MAX, -1 },
		{ "\"1\"", UINT32_MAX, -1 },
		{ "null", UINT32_MAX, -1 },
		{ "[1]", UINT32_MAX, -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(numbers[i].text);
		uint32_t got = 0;
		bool is = json_is_u32(&data.doc, json_root(&data.doc),
				      numbers[i].max, &got);

		CHECK(is == (numbers[i].want >= 0));
		if (is)
			CHECK_U64(got, (uint64_t)numbers[i].want);
	}
}

static void numbers_of_64_bits_do_not_overflow(void)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool is;
		uint64_t want;
	} numbers[] = {
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551614", UINT64_MAX - 1, true,
		  UINT64_MAX - 1 },
		{ "18446744073709551615", UINT64_MAX - 1, false, 0 },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "18446744073709551620", UINT64_MAX, false, 0 },
		{ "99999999999999999999999", UINT64_MAX, false, 0 },
		{ "-1", UINT64_MAX, false, 0 },
		{ "1e1", UINT64_MAX, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(numbers[i].text);
		uint64_t got = 0;

		CHECK(json_is_u64(&data.doc, json_root(&data.doc),
				  numbers[i].max, &got) == numbers[i].is);
		if (numbers[i].is)
			CHECK_U64(got, numbers[i].want);
	}
}

static void check_index(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);

	if (!CHECK(json_same_with_index(&data.doc)))
		printf("#   %s\n", text);
}

static void an_index_changes_no_walk(void)
{
	char text[1000] = "[";

	check_index("7");
	check_index(" {} ");
	check_index(
		"{\"a\":{\"b\":[[[{}],[]],{\"c\":[1]}],\"d\":{}},\"e\":[]}");
	check_index("[[],[[]],[[[]]],[[[[\"]\"]]]],{}]");
	/* More than the index has. */
	for (int i = 0; i < 200; i++)
		strcat(text, i ? ",[]" : "[]");
	strcat(text, ",{\"a\":[]}]");
	check_index(text);
}

static void an_index_has_objects_and_arrays_in_order(void)
{
	struct json_index index CLEANUP_JSON_INDEX = { 0 };
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"a\":[{\"b\":[]}],\"c\":{}}"
		"                                                        ");
	struct err err;

	data.doc.index = &index;
	REQUIRE(json_check(&data.doc, &err) == 0);
	REQUIRE(index.count == 5);
	CHECK_U64(index.spans[0].start, 0);
	CHECK_U64(index.spans[0].end, 23);
	CHECK_U64(index.spans[1].start, 5);
	CHECK_U64(index.spans[1].end, 15);
	CHECK_U64(index.spans[2].start, 6);
	CHECK_U64(index.spans[2].end, 14);
	CHECK_U64(index.spans[3].start, 11);
	CHECK_U64(index.spans[3].end, 13);
	CHECK_U64(index.spans[4].start, 20);
	CHECK_U64(index.spans[4].end, 22);
}

static void kinds_have_names_for_people(void)
{
	CHECK_STR(json_kind_name(JSON_NULL), "null");
	CHECK_STR(json_kind_name(JSON_FALSE), "a boolean");
	CHECK_STR(json_kind_name(JSON_TRUE), "a boolean");
	CHECK_STR(json_kind_name(JSON_NUMBER), "a number");
	CHECK_STR(json_kind_name(JSON_STRING), "a string");
	CHECK_STR(json_kind_name(JSON_ARRAY), "a list");
	CHECK_STR(json_kind_name(JSON_OBJECT), "an object");
}

static void check_same(const char *path, const struct json_doc *doc)
{
	if (!CHECK(json_same_as_json_c(doc) && json_same_with_index(doc)))
		printf("#   %s\n", path);
}

static void all_that_engines_wrote_reads_as_json_c_reads_it(void)
{
	CHECK_U64(testdata_each("fixtures", ".json", check_same), 45);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_value_is_found_with_its_kind_and_its_bytes),
	TAP_TEST(elements_come_in_their_order_and_then_no_more),
	TAP_TEST(members_come_in_their_order_and_then_no_more),
	TAP_TEST(nothing_comes_out_of_what_is_empty),
	TAP_TEST(strings_are_decoded),
	TAP_TEST(a_string_of_a_megabyte_is_decoded),
	TAP_TEST(a_string_is_only_what_it_is_as_a_whole),
	TAP_TEST(numbers_are_read_only_in_plain_digits),
	TAP_TEST(numbers_of_64_bits_do_not_overflow),
	TAP_TEST(an_index_changes_no_walk),
	TAP_TEST(an_index_has_objects_and_arrays_in_order),
	TAP_TEST(kinds_have_names_for_people),
	TAP_TEST(all_that_engines_wrote_reads_as_json_c_reads_it),
};

TAP_MAIN(tests)
