/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every warning about a policy has a location within the text of its rule, even
 * if only a part of the policy could be read.
 */
#include "config.h"

#include "capctl/check/lint.h"

#include "fuzz.h"
#include "policy/parse.h"

#define SIZE_MAX_TRIED 16384
#define LINT_WORK 1000000

struct linted {
	const struct policy *policy;
	const struct json_doc *doc;
};

static void check_warning(void *context, const struct lint_warning *warning)
{
	const struct linted *linted = context;
	const struct policy_rule *rule;
	size_t offset;

	MUST(*warning->text);
	if (warning->rule == POLICY_NO_RULE)
		return;
	rule = &linted->policy->rules[warning->rule];
	offset = lint_locate(&warning->location, rule, linted->doc);
	MUST(offset > rule->start && offset < linted->doc->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { .name = "t",
				      .text = (const char *)data,
				      .len = size };
	struct policy policy CLEANUP_POLICY = { 0 };
	struct policy_problems problems = { 0 };
	struct linted linted = { &policy, &doc };

	if (size > SIZE_MAX_TRIED)
		return 0;
	policy_parse(&policy, &doc, POLICY_MAIN, &problems);
	lint_policy(&policy, LINT_WORK, check_warning, &linted);
	return 0;
}
