/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input chooses rules. A rule reported as unreachable is not found for any
 * container. A rule reported as matching everything matches every unprivileged
 * non-root container that has a namespace and an id.
 */
#include "config.h"

#include "capctl/check/lint.h"

#include "fuzz.h"
#include "match_random.h"

#define RULES_MAX 8
#define SUBJECTS 300
#define SIZE_MAX_TRIED 512

struct claims {
	bool dead[RULES_MAX];
	bool everything[RULES_MAX];
	size_t count;
};

static void take(void *context, const struct lint_warning *warning)
{
	struct claims *claims = context;

	MUST(warning->lint != LINT_NOT_COMPARED);
	MUST(warning->rule < claims->count && *warning->text);
	if (warning->lint == LINT_SHADOWED || warning->lint == LINT_NEVER)
		claims->dead[warning->rule] = true;
	if (warning->lint == LINT_EVERYTHING)
		claims->everything[warning->rule] = true;
}

static capmask some_capabilities(struct choices *choices)
{
	return choose(choices, 2) ? UINT64_C(1) << choose(choices, 41) : 0;
}

static void add_rule(struct policy *policy, struct choices *choices)
{
	struct policy_rule *rule = &policy->rules[policy->count];
	char *name = match_random_alloc(choices, 2);

	*name = (char)('a' + policy->count);
	*rule = (struct policy_rule){
		.name = name,
		.file = "t",
		.ambient = some_capabilities(choices),
		.drop = some_capabilities(choices),
		.drop_others = choose(choices, 4) == 0,
		.no_new_privileges = choose(choices, 4) == 0,
	};
	match_random(choices, &rule->match);
	policy->count++;
}

static bool is_plain(const struct match_subject *subject)
{
	const char *namespace = subject->texts[MATCH_NAMESPACE];
	const char *id = subject->texts[MATCH_ID];

	return namespace && *namespace && id && *id &&
	       subject->numbers[MATCH_UID] && !subject->flags[MATCH_PRIVILEGED];
}

static void check(const struct policy *policy, const struct claims *claims,
		  struct choices *choices)
{
	struct random_subject random;
	const struct policy_rule *found;

	match_random_subject(choices, &random);
	found = policy_find(policy, &random.subject);
	MUST(!found || !claims->dead[found - policy->rules]);
	for (size_t i = 0; i < policy->count && is_plain(&random.subject); i++)
		MUST(!claims->everything[i] ||
		     match_matches(&policy->rules[i].match, &random.subject,
				   NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = { data, size, { 0x5eed }, { 0 } };
	struct policy policy CLEANUP_POLICY = { .any_engine = true };
	struct claims claims = { .count = 0 };

	if (size > SIZE_MAX_TRIED)
		return 0;
	policy.rules = calloc(RULES_MAX, sizeof(*policy.rules));
	MUST(policy.rules);
	while (choices.left && policy.count < RULES_MAX)
		add_rule(&policy, &choices);
	claims.count = policy.count;
	lint_policy(&policy, LINT_WORK_MAX, take, &claims);
	choices.left = 0;
	for (size_t i = 0; i < SUBJECTS; i++)
		check(&policy, &claims, &choices);
	arena_free(&choices.memory);
	return 0;
}
