/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/cases.h"

#include <string.h>

#include "policy/parse.h"
#include "tap.h"

#define PREFIX "capctl-probe-0123456789abcdef-"

static void parse(struct policy *policy, const char *text)
{
	struct json_doc doc = { .name = "policy",
				.text = text,
				.len = strlen(text) };
	struct policy_problems problems = { 0 };

	policy_parse(policy, &doc, POLICY_MAIN, &problems);
	CHECK_U64(problems.count, 0);
	CHECK(policy->log == POLICY_LOG_NONE);
}

static const struct policy_rule *find_case(const struct policy *policy,
					   const char *id, uint32_t uid)
{
	struct match_subject subject = { .texts[MATCH_ID] = id,
					 .numbers[MATCH_UID] = uid };

	return policy_find(policy, &subject);
}

static void each_container_has_its_rule_and_no_other(void)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	char *text CLEANUP_FREE = probe_policy(PREFIX);

	parse(&policy, text);
	for (size_t i = 0; i < probe_cases_count; i++) {
		const struct probe_case *test = &probe_cases[i];
		const struct policy_rule *rule;
		char id[100];

		snprintf(id, sizeof(id), "%s%s", PREFIX, test->name);
		rule = find_case(&policy, id, test->uid);
		CHECK_STR(rule ? rule->name : NULL,
			  test->actions ? test->name : NULL);
	}
	CHECK(!find_case(&policy, "raise", 1000));
}

static void the_other_policy_has_no_rule(void)
{
	struct policy policy CLEANUP_POLICY = { 0 };

	parse(&policy, probe_policy_empty);
	CHECK_U64(policy.count, 0);
}

static void what_comes_again_came_before(void)
{
	for (size_t i = 0; i < probe_cases_count; i++) {
		const char *again = probe_cases[i].again;
		size_t before = 0;

		while (again && before < i &&
		       strcmp(probe_cases[before].name, again) != 0)
			before++;
		CHECK(!again || before < i);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(each_container_has_its_rule_and_no_other),
	TAP_TEST(the_other_policy_has_no_rule),
	TAP_TEST(what_comes_again_came_before),
};

TAP_MAIN(tests)
