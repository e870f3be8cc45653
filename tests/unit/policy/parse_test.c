/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/parse.h"

#include <time.h>

#include "base/buf.h"
#include "tap.h"
#include "testdata.h"

static void add_line(void *context, const struct policy_problem *problem)
{
	struct buf *lines = context;
	char place[64];

	snprintf(place, sizeof(place), "':%zu:%zu: ", problem->place.line,
		 problem->place.column);
	buf_add_str(lines, "'");
	buf_add_str(lines, problem->file);
	buf_add_str(lines, place);
	buf_add_str(lines, problem->text);
	buf_add_str(lines, "\n");
}

/* All problems, one per line; "" for none. The caller frees. */
static char *read_policy(struct policy *policy, const struct json_doc *doc)
{
	struct buf lines CLEANUP_BUF = { 0 };
	struct policy_problems all = { .each = add_line, .context = &lines };
	char *text = NULL;
	struct err err;

	policy_parse(policy, doc, POLICY_MAIN, &all);
	if (buf_take(&lines, &text, NULL, &err) < 0)
		abort();
	/* The first problem is kept, and it is the first line. */
	CHECK((all.count != 0) == (all.first.text[0] != '\0'));
	CHECK(strncmp(text, all.first.text, strcspn(text, "\n")) == 0);
	return text;
}

static char *problems_of(const struct json_doc *doc)
{
	struct policy policy CLEANUP_POLICY = { 0 };

	return read_policy(&policy, doc);
}

/* The lines of NAME.expect, each preceded by the file's name. */
static char *expected_problems(const char *path, const char *name)
{
	char *other CLEANUP_FREE = NULL;
	struct buf lines CLEANUP_BUF = { 0 };
	struct err err;
	char *text = NULL;

	if (asprintf(&other, "%.*s.expect",
		     (int)(strlen(path) - strlen(".json")), path) < 0)
		abort();
	struct testdata data CLEANUP_TESTDATA = testdata_read(other);
	const char *at = data.doc.text, *end = at + data.doc.len;

	while (at < end) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		buf_add_str(&lines, "'");
		buf_add_str(&lines, name);
		buf_add_str(&lines, "':");
		buf_add(&lines, at, (size_t)(next + 1 - at));
		at = next + 1;
	}
	if (buf_take(&lines, &text, NULL, &err) < 0)
		abort();
	return text;
}

static void check_bad(const char *path, const struct json_doc *doc)
{
	char *got CLEANUP_FREE = problems_of(doc);
	char *want CLEANUP_FREE = expected_problems(path, doc->name);

	CHECK(*want);
	CHECK_STR(got, want);
}

static void every_problem_of_a_bad_policy_is_told_with_its_place(void)
{
	CHECK(testdata_each("policies/bad", ".json", check_bad) >= 40);
}

static void check_listed_once(const char *path, const struct json_doc *doc)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	char *want CLEANUP_FREE = expected_problems(path, doc->name);
	struct policy_problems problems = { 0 };
	size_t lines = 0;

	policy_parse(&policy, doc, POLICY_MAIN, &problems);
	for (const char *at = want; *at; at++)
		lines += *at == '\n';
	CHECK_U64(problems.count, lines);
	CHECK(strncmp(problems.first.text, want, strcspn(want, "\n")) == 0);
}

static void the_first_problem_is_kept_where_nobody_listens(void)
{
	CHECK(testdata_each("policies/bad", ".json", check_listed_once) >= 40);
}

static void check_good(const char *path, const struct json_doc *doc)
{
	char *got CLEANUP_FREE = problems_of(doc);

	(void)path;
	CHECK_STR(got, "");
}

static void good_policies_have_no_problem(void)
{
	CHECK(testdata_each("policies/good", ".json", check_good) >= 5);
}

static struct policy load_good(const char *name)
{
	char *relative CLEANUP_FREE = NULL;
	struct policy policy = { 0 };

	if (asprintf(&relative, "policies/good/%s", name) < 0)
		abort();
	char *path CLEANUP_FREE = testdata_path(relative);
	struct testdata data CLEANUP_TESTDATA = testdata_read(path);
	char *problems CLEANUP_FREE = read_policy(&policy, &data.doc);

	CHECK_STR(problems, "");
	return policy;
}

static void every_key_is_read_as_it_is_written(void)
{
	struct policy policy CLEANUP_POLICY = load_good("all-keys.json");
	const struct policy_rule *rule = policy.rules;

	REQUIRE(policy.count == 2);
	CHECK_STR(rule->name, "everything");
	CHECK_STR(rule->file, "all-keys.json");
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		CHECK_U64(rule->match.texts[i].count,
			  i == MATCH_NAMESPACE || i == MATCH_ID ? 2 : 1);
	CHECK_STR(rule->match.texts[MATCH_ID].patterns[1], "!web-test");
	CHECK_STR(rule->match.texts[MATCH_HANDLER].patterns[0], "capruntime*");
	REQUIRE(rule->match.annotations_count == 2);
	CHECK_STR(rule->match.annotations[0].key, "example.com/tier");
	CHECK_U64(rule->match.annotations[0].globs.count, 2);
	CHECK_STR(rule->match.annotations[1].globs.patterns[0], "*");
	CHECK_U64(rule->match.numbers[MATCH_UID].count, 3);
	CHECK_U64(rule->match.numbers[MATCH_GID].count, 1);
	CHECK_U64(rule->match.flags[MATCH_HOST_NETWORK], MATCH_YES);
	CHECK_U64(rule->match.flags[MATCH_HOST_PID], MATCH_NO);
	CHECK_U64(rule->match.flags[MATCH_USERNS], MATCH_NO);
	CHECK_U64(rule->match.flags[MATCH_NO_NEW_PRIVILEGES], MATCH_YES);
	CHECK_U64(rule->match.flags[MATCH_PRIVILEGED], MATCH_YES);
	CHECK_U64(rule->ambient, 1 << 10 | 1 << 13);
	CHECK_U64(rule->inheritable, 1 << 5);
	CHECK_U64(rule->drop, 1 << 27);
	CHECK(!rule->drop_others && rule->require && rule->on_request &&
	      rule->no_new_privileges && rule->exec && rule->restore);
	CHECK(!rule[1].exec && !rule[1].restore);
	CHECK(rule[1].drop_others && !rule[1].require && !rule[1].on_request &&
	      !rule[1].no_new_privileges);
	CHECK_U64(rule[1].match.flags[MATCH_USERNS], MATCH_EITHER);
	CHECK_U64(rule[1].match.flags[MATCH_PRIVILEGED], MATCH_NO);
}

static void what_is_said_for_all_rules_is_read(void)
{
	struct policy policy CLEANUP_POLICY = load_good("all-keys.json");

	CHECK(policy.mode == POLICY_AUDIT && policy.audit_all);
	CHECK(policy.log == POLICY_LOG_FILE);
	CHECK_STR(policy.log_file, "/var/log/capruntime");
	CHECK_U64(~policy.above_ceiling, 1 << 10 | 1 << 13 | 1 << 5);
	CHECK(policy_engine(&policy, "capruntime") == ENGINE_CRIO);
	CHECK(policy_engine(&policy, "capruntime-ctr") == ENGINE_CONTAINERD);
	CHECK(policy_engine(&policy, "by-hand") == ENGINE_NONE);
	CHECK(policy_engine(&policy, "another") == ENGINE_NONE);
}

static void podman_is_no_engine_with_trusted_names(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"engine\":\"podman\",\"rules\":[]}");
	struct policy_problems problems = { 0 };
	struct policy policy CLEANUP_POLICY = { 0 };

	policy_parse(&policy, &data.doc, POLICY_MAIN, &problems);
	CHECK_U64(problems.count, 1);
	CHECK(policy.engine == ENGINE_NONE);
}

static void a_file_of_policy_d_has_rules_alone(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"engine\":\"none\",\"mode\":\"enforce\","
		"\"audit\":\"none\",\"audit_all\":true,"
		"\"ceiling\":[\"KILL\"],\"rules\":[]}");
	struct policy_problems problems = { 0 };
	struct policy policy CLEANUP_POLICY = { 0 };

	policy_parse(&policy, &data.doc, POLICY_DROP_IN, &problems);
	CHECK_U64(problems.count, 5);
	CHECK_HAS(problems.first.text,
		  "'engine' is only allowed in policy.json");
	CHECK(policy.log == POLICY_LOG_SYSLOG && !policy.audit_all);
	CHECK_U64(policy.above_ceiling, 0);
}

static void escapes_are_resolved_in_keys_and_values(void)
{
	struct policy policy CLEANUP_POLICY = load_good("escapes.json");

	REQUIRE(policy.count == 1);
	CHECK_STR(policy.rules[0].name, "a-b");
	CHECK_STR(policy.rules[0].match.texts[MATCH_ID].patterns[0],
		  "*/\xf0\x9f\x98\x80");
	CHECK_U64(policy.rules[0].ambient, 1 << 5);
}

static struct match_subject subject_of(const char *id, uint32_t uid)
{
	return (struct match_subject){ .texts = { [MATCH_ID] = id },
				       .numbers = { [MATCH_UID] = uid } };
}

static const char *found_name(const struct policy *policy, const char *id,
			      uint32_t uid)
{
	struct match_subject subject = subject_of(id, uid);
	const struct policy_rule *rule = policy_find(policy, &subject);

	return rule ? rule->name : NULL;
}

static void the_first_rule_that_matches_decides(void)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"rules\":["
		"{\"name\":\"1\",\"match\":{\"id\":\"a\"}},"
		"{\"name\":\"2\",\"match\":{\"id\":\"a*\"},\"ambient\":[\"KILL\"]},"
		"{\"name\":\"3\",\"match\":{\"uid\":0}},"
		"{\"name\":\"4\",\"match\":{\"id\":[\"*\",\"!c\"]}}]}");
	char *problems CLEANUP_FREE = read_policy(&policy, &data.doc);

	CHECK_STR(problems, "");
	CHECK_STR(found_name(&policy, "a", 5), "1");
	CHECK_STR(found_name(&policy, "ab", 5), "2");
	CHECK_STR(found_name(&policy, "a", 0), "3");
	CHECK_STR(found_name(&policy, "b", 5), "4");
	CHECK_STR(found_name(&policy, "c", 5), NULL);
	CHECK_STR(found_name(&policy, NULL, 5), NULL);
}

static void any_rule_may_match_another_container(void)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct testdata data CLEANUP_TESTDATA = testdata_of(
		"{\"version\":1,\"rules\":["
		"{\"name\":\"1\",\"match\":{\"uid\":5}},"
		"{\"name\":\"2\",\"match\":{\"id\":\"a\",\"uid\":6}}]}");
	char *problems CLEANUP_FREE = read_policy(&policy, &data.doc);
	struct match_subject subject = subject_of("b", 6);

	CHECK_STR(problems, "");
	CHECK(policy_may_match_other(&policy, &subject));
	subject = subject_of("b", 5);
	CHECK(!policy_may_match_other(&policy, &subject));
}

static void no_rules_match_nothing(void)
{
	struct policy empty CLEANUP_POLICY = { 0 };
	struct policy policy CLEANUP_POLICY = load_good("no-rules.json");

	CHECK_STR(found_name(&empty, "a", 5), NULL);
	CHECK_STR(found_name(&policy, "a", 5), NULL);
}

/* Rules numbered from `from`; each matches the container with its name. */
static struct testdata many_rules(size_t from, size_t count)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	buf_add_str(&buf, "{\"version\":1,\"rules\":[");
	for (size_t i = from; i < from + count; i++) {
		char rule[128];

		snprintf(
			rule, sizeof(rule),
			"%s{\"name\":\"r%zu\",\"match\":{\"id\":\"r%zu\"},\"ambient\":[\"KILL\"]}\n",
			i == from ? "" : ",", i, i);
		buf_add_str(&buf, rule);
	}
	buf_add_str(&buf, "]}");
	if (buf_take(&buf, &text, &len, &err) < 0)
		abort();
	return testdata_copy("t", text, len);
}

static void ten_thousand_rules_load_and_the_last_is_found(void)
{
	struct testdata data CLEANUP_TESTDATA = many_rules(0, 10000);
	struct policy policy CLEANUP_POLICY = { 0 };
	clock_t before = clock();
	char *problems CLEANUP_FREE = read_policy(&policy, &data.doc);

	CHECK(data.doc.len < POLICY_FILE_MAX);
	CHECK_STR(problems, "");
	CHECK_U64(policy.count, 10000);
	for (size_t i = 0; i < 100; i++) {
		CHECK_STR(found_name(&policy, "r9999", 5), "r9999");
		CHECK_STR(found_name(&policy, "r10000", 5), NULL);
	}
	/* Comparing all pairs of rules would take longer. */
	CHECK((clock() - before) / CLOCKS_PER_SEC < 5);
}

static void a_rule_more_is_refused_also_in_another_file(void)
{
	struct testdata data CLEANUP_TESTDATA = many_rules(0, 10001);
	struct testdata half CLEANUP_TESTDATA = many_rules(0, 5000);
	struct testdata more CLEANUP_TESTDATA = many_rules(5000, 5002);
	struct policy policy CLEANUP_POLICY = { 0 };
	char *all CLEANUP_FREE = problems_of(&data.doc);
	char *first CLEANUP_FREE = read_policy(&policy, &half.doc);
	char *second CLEANUP_FREE = read_policy(&policy, &more.doc);

	CHECK_STR(all, "'t':10001:2: more than 10000 rules\n");
	CHECK_STR(first, "");
	CHECK_STR(second, "'t':5001:2: more than 10000 rules\n");
}

static void a_name_stands_once_in_all_files(void)
{
	struct testdata first CLEANUP_TESTDATA = many_rules(0, 3);
	struct testdata second CLEANUP_TESTDATA = many_rules(2, 2);
	struct policy policy CLEANUP_POLICY = { 0 };
	char *none CLEANUP_FREE = read_policy(&policy, &first.doc);
	char *one CLEANUP_FREE = read_policy(&policy, &second.doc);

	CHECK_STR(none, "");
	CHECK_STR(one, "'t':1:31: duplicate rule name 'r2'\n");
}

/* One rule with `ids` patterns and `uids` numbers, and another rule. */
static char *problems_of_patterns(size_t ids, size_t uids)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct json_doc doc = { .name = "t" };
	char *text CLEANUP_FREE = NULL;
	struct err err;

	buf_add_str(&buf, "{\"version\":1,\"rules\":["
			  "{\"name\":\"a\",\"match\":{\"id\":[\"x\",\"y\"]}},"
			  "{\"name\":\"b\",\"match\":{\"uid\":[\n5");
	for (size_t i = 1; i < uids; i++)
		buf_add_str(&buf, ",\n5");
	buf_add_str(&buf, "],\"id\":[\n\"x\"");
	for (size_t i = 1; i < ids; i++)
		buf_add_str(&buf, ",\n\"x\"");
	buf_add_str(&buf, "]}}]}");
	if (buf_take(&buf, &text, &doc.len, &err) < 0)
		abort();
	doc.text = text;
	return problems_of(&doc);
}

static void a_rule_has_256_patterns_of_all_kinds_and_no_more(void)
{
	static const struct {
		size_t ids, uids;
		const char *want;
	} cases[] = {
		{ 255, 1, "" },
		{ 128, 128, "" },
		{ 1, 255, "" },
		{ 256, 1,
		  "'t':258:1: more than 256 patterns in a rule: split the rule\n" },
		{ 1, 256,
		  "'t':258:1: more than 256 patterns in a rule: split the rule\n" },
		{ 1, 300,
		  "'t':258:1: more than 256 patterns in a rule: split the rule\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got CLEANUP_FREE =
			problems_of_patterns(cases[i].ids, cases[i].uids);

		CHECK_STR(got, cases[i].want);
	}
}

/* Each key is compared with those before it. */
static void annotations_without_patterns_are_not_read_forever(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct json_doc doc = { .name = "t" };
	char *text CLEANUP_FREE = NULL, *got CLEANUP_FREE = NULL;
	struct err err;
	size_t lines = 0;

	buf_add_str(&buf, "{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":"
			  "{\"annotations\":{\"first\":[]");
	for (int i = 0; i < 1000; i++) {
		char member[16];

		snprintf(member, sizeof(member), ",\"%d\":[]", i);
		buf_add_str(&buf, member);
	}
	buf_add_str(&buf, "}}}]}");
	if (buf_take(&buf, &text, &doc.len, &err) < 0)
		abort();
	doc.text = text;
	got = problems_of(&doc);
	for (const char *at = got; (at = strchr(at, '\n')); at++)
		lines++;
	CHECK_U64(lines, POLICY_PATTERNS_MAX + 1);
}

static struct testdata many_rules_of(const char *rule, size_t count)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	buf_add_str(&buf, "{\"version\":1,\"rules\":[0");
	for (size_t i = 0; i < count; i++)
		buf_add_str(&buf, rule);
	buf_add_str(&buf, "]}");
	if (buf_take(&buf, &text, &len, &err) < 0)
		abort();
	return testdata_copy("t", text, len);
}

struct last_problem {
	struct json_place place;
	size_t rule;
	size_t count;
};

static void keep_last(void *context, const struct policy_problem *problem)
{
	struct last_problem *last = context;

	last->place = problem->place;
	last->rule = problem->rule;
	last->count++;
}

/* Counting each location from the start would take minutes. */
static void hundreds_of_thousands_of_problems_have_their_places(void)
{
	static const struct {
		const char *rule;
		size_t count;
		size_t problems, line, column, number; /* the last one's */
	} forms[] = {
		{ ",1", 450000, 450001, 1, 23 + 450000 * 2, POLICY_NO_RULE },
		{ ",\n1", 300000, 300001, 300001, 1, POLICY_NO_RULE },
		/* The last problem: 'match' is missing, located at '{'. */
		{ ",{\"name\":1}", 9999, 19999, 1, 25 + 9998 * 11, 9998 },
		{ ",\n{\"name\":\n1}", 9999, 19999, 19998, 1, 9998 },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct testdata data CLEANUP_TESTDATA =
			many_rules_of(forms[i].rule, forms[i].count);
		struct last_problem last = { .count = 0 };
		struct policy_problems problems = { .each = keep_last,
						    .context = &last };
		struct policy policy CLEANUP_POLICY = { 0 };

		policy_parse(&policy, &data.doc, POLICY_MAIN, &problems);
		CHECK_U64(problems.count, forms[i].problems);
		CHECK_U64(last.count, forms[i].problems);
		CHECK_U64(last.place.line, forms[i].line);
		CHECK_U64(last.place.column, forms[i].column);
		CHECK_U64(last.rule, forms[i].number);
	}
}

static void a_policy_that_was_freed_is_empty(void)
{
	struct policy policy = load_good("all-keys.json");

	policy_free(&policy);
	CHECK(!policy.rules && !policy.count && !policy.memory.chunks);
	policy_free(&policy);
}

static void one_typo_is_one_problem(void)
{
	static const char *const texts[] = {
		/* A misspelt key is not also reported as missing. */
		"{\"vesion\":1,\"rules\":[]}",
		"{\"version\":1,\"ruels\":[{\"name\":\"a\"}]}",
		"{\"version\":1,\"rules\":[{\"nmae\":\"a\",\"match\":{}}]}",
		"{\"version\":1,\"rules\":[{\"name\":\"a\",\"mach\":{}}]}",
		/*
		 * A misspelt 'engine' is not also reported by rules that need
		 * it.
		 */
		"{\"version\":1,\"engin\":\"cri-o\",\"rules\":["
		"{\"name\":\"a\",\"match\":{\"pod\":\"a\"}},"
		"{\"name\":\"b\",\"match\":{\"pod\":\"b\"}}]}",
		"{\"version\":1,\"engine\":\"crio\",\"rules\":["
		"{\"name\":\"a\",\"match\":{\"pod\":\"a\"}}]}",
		/* Nor is the effect of another misspelt key or name. */
		"{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":{},"
		"\"ambeint\":[\"KILL\"],\"require\":true}]}",
		"{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":{},"
		"\"ambient\":[\"KIL\"],\"on_request\":true}]}",
		"{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":"
		"{\"handlr\":\"x\"},\"ambient\":[\"BPF\"],\"on_request\":true}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct testdata data CLEANUP_TESTDATA = testdata_of(texts[i]);
		struct policy policy CLEANUP_POLICY = { 0 };
		struct policy_problems problems = { 0 };

		policy_parse(&policy, &data.doc, POLICY_MAIN, &problems);
		if (!CHECK(problems.count == 1))
			printf("#   %s\n", texts[i]);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_problem_of_a_bad_policy_is_told_with_its_place),
	TAP_TEST(the_first_problem_is_kept_where_nobody_listens),
	TAP_TEST(one_typo_is_one_problem),
	TAP_TEST(good_policies_have_no_problem),
	TAP_TEST(every_key_is_read_as_it_is_written),
	TAP_TEST(what_is_said_for_all_rules_is_read),
	TAP_TEST(podman_is_no_engine_with_trusted_names),
	TAP_TEST(a_file_of_policy_d_has_rules_alone),
	TAP_TEST(escapes_are_resolved_in_keys_and_values),
	TAP_TEST(the_first_rule_that_matches_decides),
	TAP_TEST(any_rule_may_match_another_container),
	TAP_TEST(no_rules_match_nothing),
	TAP_TEST(ten_thousand_rules_load_and_the_last_is_found),
	TAP_TEST(a_rule_more_is_refused_also_in_another_file),
	TAP_TEST(a_name_stands_once_in_all_files),
	TAP_TEST(a_rule_has_256_patterns_of_all_kinds_and_no_more),
	TAP_TEST(annotations_without_patterns_are_not_read_forever),
	TAP_TEST(hundreds_of_thousands_of_problems_have_their_places),
	TAP_TEST(a_policy_that_was_freed_is_empty),
};

TAP_MAIN(tests)
