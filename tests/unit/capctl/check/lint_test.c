/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/lint.h"

#include "base/buf.h"
#include "policy/parse.h"
#include "tap.h"
#include "testdata.h"

#define TEXT(text) text, strlen(text)

/* The warnings, one per line: LINE:COLUMN: code (rule): text. */
struct hearing {
	const struct policy *policy;
	const struct json_doc *docs; /* of the policy's files, in their order */
	struct buf lines;
	size_t count;
};

static const struct json_doc *doc_of(const struct hearing *hearing,
				     const struct policy_rule *rule)
{
	size_t i = 0;

	while (hearing->policy->files[i] != rule->file)
		i++;
	return &hearing->docs[i];
}

static void add_warning(void *context, const struct lint_warning *warning)
{
	struct hearing *hearing = context;
	struct json_place place = JSON_PLACE_START;
	const struct policy_rule *rule;
	char line[2 * ERR_TEXT_MAX];

	hearing->count++;
	if (warning->rule == POLICY_NO_RULE) {
		buf_add_str(&hearing->lines, lint_code(warning->lint));
		return;
	}
	rule = &hearing->policy->rules[warning->rule];
	json_place_move(
		doc_of(hearing, rule), &place,
		lint_locate(&warning->location, rule, doc_of(hearing, rule)));
	snprintf(line, sizeof(line), "%zu:%zu: %s (%s): %s\n", place.line,
		 place.column, lint_code(warning->lint), rule->name,
		 warning->text);
	buf_add_str(&hearing->lines, line);
}

/* The caller frees. */
static char *warnings_of(const struct json_doc *docs, size_t count, size_t work)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct hearing hearing = { .policy = &policy, .docs = docs };
	struct err err;
	char *text;

	for (size_t i = 0; i < count; i++) {
		struct policy_problems problems = { 0 };

		policy_parse(&policy, &docs[i],
			     i ? POLICY_DROP_IN : POLICY_MAIN, &problems);
		CHECK_STR(problems.first.text, "");
	}
	lint_policy(&policy, work, add_warning, &hearing);
	buf_add(&hearing.lines, "", 0);
	if (buf_take(&hearing.lines, &text, NULL, &err) < 0)
		abort();
	return text;
}

static void check_file(const char *path, const struct json_doc *doc)
{
	char *expect CLEANUP_FREE = NULL, *want CLEANUP_FREE = NULL;
	char *got CLEANUP_FREE = warnings_of(doc, 1, LINT_WORK_MAX);

	if (asprintf(&expect, "%.*s.expect",
		     (int)(strlen(path) - strlen(".json")), path) < 0)
		abort();
	struct testdata data CLEANUP_TESTDATA = testdata_read(expect);

	want = strndup(data.doc.text, data.doc.len);
	if (!CHECK_STR(got, want))
		printf("#   %s\n", path);
}

static void each_policy_has_the_expected_warnings(void)
{
	CHECK(testdata_each("policies/lint", ".json", check_file) >= 11);
}

static void a_rule_of_another_file_is_named_with_it(void)
{
	struct testdata main CLEANUP_TESTDATA = testdata_copy(
		"policy.json",
		TEXT("{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":{\"id\":\"a-*\"}}]}"));
	struct testdata more CLEANUP_TESTDATA = testdata_copy(
		"x.json",
		TEXT("{\"version\":1,\"rules\":[\n{\"name\":\"b\",\"match\":{\"id\":\"a-b\"}},"
		     "\n{\"name\":\"c\",\"match\":{\"id\":\"a-b\"}}]}"));
	struct json_doc docs[] = { main.doc, more.doc };
	char *got CLEANUP_FREE =
		warnings_of(docs, ARRAY_LEN(docs), LINT_WORK_MAX);

	CHECK_STR(
		got,
		"2:9: shadowed (b): this rule never decides: 'a' in 'policy.json' precedes it and matches everything that it matches\n"
		"3:9: shadowed (c): this rule never decides: 'a' in 'policy.json' precedes it and matches everything that it matches\n");
}

static void rules_that_have_errors_are_left_out(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"rules\":["
		"{\"name\":\"a\",\"match\":{\"i\":\"a\"},\"ambient\":[\"BPF\"]},"
		"{\"name\":\"b\",\"match\":{\"id\":\"a\"},\"ambient\":[\"BPF\"]}]}");
	struct policy policy CLEANUP_POLICY = { 0 };
	struct policy_problems problems = { 0 };
	struct hearing hearing = { .policy = &policy, .docs = &data.doc };

	policy_parse(&policy, &data.doc, POLICY_MAIN, &problems);
	CHECK_U64(problems.count, 1);
	lint_policy(&policy, LINT_WORK_MAX, add_warning, &hearing);
	CHECK_U64(hearing.count, 1);
	CHECK_HAS(hearing.lines.text, "dangerous-capability (b)");
	buf_free(&hearing.lines);
}

static void too_much_work_is_reported(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"rules\":["
		"{\"name\":\"a\",\"match\":{\"id\":\"abcdefghijkl\"}},"
		"{\"name\":\"b\",\"match\":{\"id\":\"abcdefghijkl\"}}]}");
	char *enough CLEANUP_FREE = warnings_of(&data.doc, 1, 200);
	char *less CLEANUP_FREE = warnings_of(&data.doc, 1, 10);

	CHECK_HAS(enough, "shadowed (b)");
	CHECK(!strstr(enough, "not-compared"));
	CHECK_STR(less, "not-compared");
}

static void every_warning_has_a_code_of_its_own(void)
{
	for (int i = 0; i < LINT_COUNT; i++) {
		const char *code = lint_code((enum lint)i);

		REQUIRE(code && *code);
		CHECK(!code[strspn(code, "abcdefghijklmnopqrstuvwxyz-")]);
		for (int k = 0; k < i; k++)
			CHECK(strcmp(code, lint_code((enum lint)k)) != 0);
	}
}

static const char located_text[] =
	"{\"version\":1,\"rules\":[{\"name\":\"z\",\"match\":{}},"
	"{ \"na\\u006de\": \"r\", \"match\": {\"id\": [\"a\", \"b\"], \"handler\": \"c\","
	" \"annotations\": {\"id\": \"d\"}}, \"drop\": \"others\", \"comment\": \"\"}]}";

/* The text at the location must start with `want`. */
static void check_location(struct lint_location location, const char *want)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(located_text);
	struct policy_problems problems = { 0 };
	struct policy policy CLEANUP_POLICY = { 0 };
	size_t offset;

	policy_parse(&policy, &data.doc, POLICY_MAIN, &problems);
	CHECK_STR(problems.first.text, "");
	REQUIRE(policy.count == 2);
	offset = lint_locate(&location, &policy.rules[1], &data.doc);
	REQUIRE(offset < data.doc.len);
	if (!CHECK(strncmp(data.doc.text + offset, want, strlen(want)) == 0))
		printf("#   want: %s\n#   got:  %.*s\n", want,
		       (int)(data.doc.len - offset), data.doc.text + offset);
}

static void a_value_is_found_by_its_keys(void)
{
	check_location((struct lint_location){ .key = NULL }, "{ \"na");
	check_location((struct lint_location){ .key = "name" }, "\"r\"");
	check_location((struct lint_location){ .key = "match" }, "{\"id\"");
	check_location((struct lint_location){ "match", "id", LINT_WHOLE },
		       "[\"a\"");
	check_location((struct lint_location){ "match", "id", 0 }, "\"a\"");
	check_location((struct lint_location){ "match", "id", 1 }, "\"b\"");
	check_location((struct lint_location){ "match", "handler", 0 },
		       "\"c\"");
	check_location((struct lint_location){ "match", "annotations", 0 },
		       "{\"id\"");
	check_location((struct lint_location){ .key = "drop" }, "\"others\"");
}

static void a_missing_value_is_located_around_it(void)
{
	check_location((struct lint_location){ .key = "ambient" }, "{ \"na");
	check_location((struct lint_location){ "match", "uid", 0 }, "{\"id\"");
	check_location((struct lint_location){ "match", "id", 2 }, "[\"a\"");
	check_location((struct lint_location){ "drop", "id", 0 }, "\"others\"");
}

static const struct tap_test tests[] = {
	TAP_TEST(each_policy_has_the_expected_warnings),
	TAP_TEST(a_rule_of_another_file_is_named_with_it),
	TAP_TEST(rules_that_have_errors_are_left_out),
	TAP_TEST(too_much_work_is_reported),
	TAP_TEST(every_warning_has_a_code_of_its_own),
	TAP_TEST(a_value_is_found_by_its_keys),
	TAP_TEST(a_missing_value_is_located_around_it),
};

TAP_MAIN(tests)
