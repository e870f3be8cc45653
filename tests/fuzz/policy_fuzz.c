/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text is a policy or has problems with places; a policy holds what the
 * limits allow, and reading it again gives the same.
 */
#include "config.h"

#include "policy.h"

#include <string.h>

#include "fuzz.h"

#define SIZE_MAX_TRIED 16384

static void check_place(void *context, const char *text)
{
	size_t *count = context, line, column;

	MUST(sscanf(text, "'t':%zu:%zu: ", &line, &column) == 2);
	MUST(line >= 1 && column >= 1);
	++*count;
}

static void check_glob_list(const struct glob_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		MUST(list->patterns[i][0] &&
		     strcmp(list->patterns[i], "!") != 0);
}

static size_t count_patterns(const struct match *match)
{
	size_t count = 0;

	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++) {
		check_glob_list(&match->texts[i]);
		count += match->texts[i].count;
	}
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++) {
		const struct match_ranges *ranges = &match->numbers[i];

		for (size_t j = 0; j < ranges->count; j++)
			MUST(ranges->list[j].first <= ranges->list[j].last &&
			     ranges->list[j].last < UINT32_MAX);
		count += ranges->count;
	}
	return count;
}

static void check_rules(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		MUST(strlen(rule->name) >= 1 &&
		     strlen(rule->name) <= POLICY_NAME_MAX);
		MUST(strspn(rule->name,
			    "abcdefghijklmnopqrstuvwxyz0123456789.-") ==
		     strlen(rule->name));
		for (size_t j = 0; j < i; j++)
			MUST(strcmp(rule->name, policy->rules[j].name) != 0);
		MUST(!(rule->ambient & ~capset_known()));
		MUST(rule->ambient || !rule->require);
		MUST(count_patterns(&rule->match) <= POLICY_PATTERNS_MAX);
	}
}

static void check_find(const struct policy *policy)
{
	static const struct match_subject root = { .texts = { "id",
							      "handler" } };
	const struct policy_rule *found = policy_find(policy, &root);

	/* Only a rule that says so is for uid 0. */
	MUST(!found || found->match.numbers[MATCH_UID].count);
	MUST(!found ||
	     (found >= policy->rules && found < policy->rules + policy->count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { "t", (const char *)data, size };
	struct policy policy CLEANUP_POLICY = { 0 };
	struct policy again CLEANUP_POLICY = { 0 };
	size_t told = 0;
	struct policy_problems problems = { .each = check_place,
					    .context = &told };
	struct policy_problems quiet = { 0 };

	if (size > SIZE_MAX_TRIED)
		return 0;
	policy_read(&policy, &doc, POLICY_MAIN, &problems);
	policy_read(&again, &doc, POLICY_MAIN, &quiet);
	MUST(told == problems.count && quiet.count == problems.count);
	MUST(strcmp(problems.first.text, quiet.first.text) == 0);
	MUST(policy.count == again.count);
	MUST((problems.count == 0) == (problems.first.text[0] == '\0'));
	if (problems.count == 0) {
		check_rules(&policy);
		check_find(&policy);
	}
	return 0;
}
