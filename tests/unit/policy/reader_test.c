/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/reader.h"

#include "tap.h"
#include "testdata.h"

/* A text that is read, and the problems found in it. */
struct reading {
	struct testdata data;
	struct policy policy;
	struct policy_problems problems;
	struct policy_reader reader;
	struct json_value root;
};

#define CLEANUP_READING __attribute__((cleanup(reading_free)))

static void reading_free(struct reading *reading)
{
	policy_free(&reading->policy);
	testdata_free(&reading->data);
}

/* Makes it in place, because the reader points into it. */
static void reading_start(struct reading *reading, const char *text)
{
	*reading = (struct reading){ .data = testdata_of(text) };
	policy_reader_init(&reading->reader, &reading->data.doc,
			   &reading->policy, &reading->problems);
	reading->reader.key = "k";
	reading->root = json_root(&reading->data.doc);
}

static void check_problems(const struct reading *reading, size_t count,
			   const char *first)
{
	CHECK_U64(reading->problems.count, count);
	CHECK_STR(reading->problems.first.text, first);
}

static char seen[64];

static void read_note(struct policy_reader *reader, struct json_value value,
		      int which)
{
	size_t len = strlen(seen);

	snprintf(seen + len, sizeof(seen) - len, "%d=%.*s;", which,
		 (int)(value.end - value.start),
		 reader->json.doc->text + value.start);
}

static const struct policy_key keys[] = {
	{ "must", true, read_note, 1 },
	{ "may", false, read_note, 2 },
};

static void read_members(struct reading *reading, const char *text)
{
	seen[0] = '\0';
	reading_start(reading, text);
	policy_read_members(&reading->reader, reading->root, keys,
			    ARRAY_LEN(keys), "a thing");
}

static void each_known_key_is_read_with_its_value(void)
{
	struct reading reading CLEANUP_READING;

	read_members(&reading, "{\"may\":[1, 2],\"m\\u0075st\" : \"x\"}");
	CHECK_STR(seen, "2=[1, 2];1=\"x\";");
	check_problems(&reading, 0, "");
}

static void what_is_not_understood_is_a_problem_and_not_read(void)
{
	static const struct {
		const char *text, *want, *seen;
		size_t count;
	} cases[] = {
		{ "{\"must\":1,\"Must\":2}",
		  "'t':1:11: unknown key 'Must' in a thing (known: must, may)",
		  "1=1;", 1 },
		{ "{\"must\":1,\"must\\u0000\":2}",
		  "'t':1:11: unknown key 'must\\u0000' in a thing (known: must, may)",
		  "1=1;", 1 },
		{ "{\"x\":2,\"must\":1}",
		  "'t':1:2: unknown key 'x' in a thing (known: must, may)",
		  "1=1;", 1 },
		{ "{\"must\":1,\n\"must\":2}",
		  "'t':2:1: duplicate key 'must' in a thing", "1=1;", 1 },
		{ "\n\n  {\"may\":2}", "'t':3:3: 'must' is missing in a thing",
		  "2=2;", 1 },
		{ "{\"x\":1,\"y\":2}",
		  "'t':1:2: unknown key 'x' in a thing (known: must, may)", "",
		  2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading reading CLEANUP_READING;

		read_members(&reading, cases[i].text);
		check_problems(&reading, cases[i].count, cases[i].want);
		CHECK_STR(seen, cases[i].seen);
	}
}

static void an_unknown_key_hides_that_one_is_missing(void)
{
	struct reading reading CLEANUP_READING;

	reading_start(&reading, "{\"msut\":1}");
	CHECK(policy_read_members(&reading.reader, reading.root, keys,
				  ARRAY_LEN(keys), "a thing"));
	check_problems(
		&reading, 1,
		"'t':1:2: unknown key 'msut' in a thing (known: must, may)");
}

static void the_last_of_32_keys_is_told_apart(void)
{
	struct policy_key many[32];
	char names[32][4];
	struct reading reading CLEANUP_READING;

	for (int i = 0; i < 32; i++) {
		snprintf(names[i], sizeof(names[i]), "k%d", i);
		many[i] =
			(struct policy_key){ names[i], i == 31, read_note, i };
	}
	seen[0] = '\0';
	reading_start(&reading, "{\"k31\":1,\"k0\":2,\"k31\":3}");
	policy_read_members(&reading.reader, reading.root, many, 32, "it");
	CHECK_STR(seen, "31=1;0=2;");
	check_problems(&reading, 1, "'t':1:17: duplicate key 'k31' in it");
}

static void kinds_are_wanted_exactly(void)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} values[] = {
		{ "null", JSON_NULL },	 { "1", JSON_NUMBER },
		{ "\"\"", JSON_STRING }, { "[]", JSON_ARRAY },
		{ "{}", JSON_OBJECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			struct reading reading CLEANUP_READING;

			reading_start(&reading, values[i].text);
			CHECK(policy_want(&reading.reader, reading.root,
					  values[j].kind) == (i == j));
			CHECK_U64(reading.problems.count, i != j);
			CHECK(!policy_want(&reading.reader, reading.root,
					   JSON_BOOLEAN));
		}
	}
}

static void both_booleans_are_booleans(void)
{
	static const char *const texts[] = { "true", "false" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct reading reading CLEANUP_READING;

		reading_start(&reading, texts[i]);
		CHECK(policy_want(&reading.reader, reading.root, JSON_BOOLEAN));
		check_problems(&reading, 0, "");
	}
}

static void patterns_stand_alone_or_in_a_list(void)
{
	static const struct {
		const char *text, *want; /* separated by blanks */
		size_t problems;
	} cases[] = {
		{ "\"a*\"", "a* ", 0 },
		{ "[\"a*\"]", "a* ", 0 },
		{ "[\"a\",\"!b\",\"a\",\"\\u0063\"]", "a !b a c ", 0 },
		{ "[\"a\",\"\",\"b\"]", "a b ", 1 },
		{ "[\"a\",\"!\",3,\"b\"]", "a b ", 2 },
		{ "[]", "", 1 },
		{ "{\"a\":\"b\"}", "", 1 },
		{ "\"!!\"", "!! ", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading reading CLEANUP_READING;
		struct glob_list list = { 0 };
		char got[64] = "";

		reading_start(&reading, cases[i].text);
		policy_read_globs(&reading.reader, reading.root, &list);
		for (size_t j = 0; j < list.count; j++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
				 "%s ", list.patterns[j]);
		CHECK_STR(got, cases[i].want);
		CHECK_U64(reading.problems.count, cases[i].problems);
	}
}

static void numbers_stand_alone_in_ranges_or_in_a_list(void)
{
	static const struct {
		const char *text, *want;
		size_t problems;
	} cases[] = {
		{ "0", "0-0 ", 0 },
		{ "4294967294", "4294967294-4294967294 ", 0 },
		{ "\"1000-1999\"", "1000-1999 ", 0 },
		{ "\"1000-\"", "1000-4294967294 ", 0 },
		{ "\"0-0\"", "0-0 ", 0 },
		{ "\"7-7\"", "7-7 ", 0 },
		{ "\"\\u0030-\"", "0-4294967294 ", 0 },
		{ "\"4294967294-4294967294\"", "4294967294-4294967294 ", 0 },
		{ "[5,\"1-2\",\"9-\"]", "5-5 1-2 9-4294967294 ", 0 },
		{ "[5,\"2-1\",6]", "5-5 6-6 ", 1 },
		{ "[]", "", 1 },
		{ "\"5\"", "", 1 },
		{ "4294967295", "", 1 },
		{ "\"0-4294967295\"", "", 1 },
		{ "\"-\"", "", 1 },
		{ "\"00-1\"", "", 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading reading CLEANUP_READING;
		struct match_ranges ranges = { 0 };
		char got[64] = "";

		reading_start(&reading, cases[i].text);
		policy_read_ranges(&reading.reader, reading.root, &ranges);
		for (size_t j = 0; j < ranges.count; j++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
				 "%u-%u ", ranges.list[j].first,
				 ranges.list[j].last);
		CHECK_STR(got, cases[i].want);
		CHECK_U64(reading.problems.count, cases[i].problems);
	}
}

static void capabilities_come_in_a_list_of_names(void)
{
	static const struct {
		const char *text;
		capmask want;
		const char *problem;
	} cases[] = {
		{ "[\"KILL\",\"cap_chown\",\"Cap_Kill\"]", 1 << 5 | 1, "" },
		{ "[\"K\\u0049LL\"]", 1 << 5, "" },
		{ "[\"KILL\",\"KIL\"]", 1 << 5,
		  "'t':1:9: unknown capability 'KIL'" },
		{ "\"KILL\"", 0, "'t':1:1: 'k' must be a list, not a string" },
		{ "[]", 0,
		  "'t':1:1: 'k' must not be an empty list: leave out the key instead" },
		{ "[[\"KILL\"]]", 0, "'t':1:2: expected a string, not a list" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading reading CLEANUP_READING;
		capmask mask = 0;

		reading_start(&reading, cases[i].text);
		policy_read_capabilities(&reading.reader, reading.root, &mask);
		CHECK_U64(mask, cases[i].want);
		check_problems(&reading, *cases[i].problem != '\0',
			       cases[i].problem);
	}
}

static void a_long_text_in_a_problem_is_cut(void)
{
	char text[2 * ERR_TEXT_MAX];
	struct reading reading CLEANUP_READING;
	size_t len;

	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"", 2);
	memcpy(text + sizeof(text) - 5, "\":1}", 5);
	read_members(&reading, text);
	len = strlen(reading.problems.first.text);
	CHECK_U64(reading.problems.count, 1);
	CHECK_HAS(reading.problems.first.text, "'t':1:2: unknown key 'xxx");
	CHECK(len < ERR_TEXT_MAX && len > ERR_TEXT_MAX - 32);
}

static void the_256th_pattern_is_read_and_the_257th_is_not(void)
{
	char text[4 * 300] = "[\"x\"";
	struct reading reading CLEANUP_READING;
	struct glob_list list = { 0 };

	for (size_t i = 1; i < 260; i++)
		memcpy(text + strlen(text), ",\"x\"", 5);
	memcpy(text + strlen(text), "]", 2);
	reading_start(&reading, text);
	policy_read_globs(&reading.reader, reading.root, &list);
	CHECK_U64(list.count, 256);
	check_problems(
		&reading, 1,
		"'t':1:1026: more than 256 patterns in a rule: split the rule");
}

static const struct tap_test tests[] = {
	TAP_TEST(each_known_key_is_read_with_its_value),
	TAP_TEST(what_is_not_understood_is_a_problem_and_not_read),
	TAP_TEST(an_unknown_key_hides_that_one_is_missing),
	TAP_TEST(the_last_of_32_keys_is_told_apart),
	TAP_TEST(kinds_are_wanted_exactly),
	TAP_TEST(both_booleans_are_booleans),
	TAP_TEST(patterns_stand_alone_or_in_a_list),
	TAP_TEST(numbers_stand_alone_in_ranges_or_in_a_list),
	TAP_TEST(capabilities_come_in_a_list_of_names),
	TAP_TEST(the_256th_pattern_is_read_and_the_257th_is_not),
	TAP_TEST(a_long_text_in_a_problem_is_cut),
};

TAP_MAIN(tests)
