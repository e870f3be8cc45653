/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

void policy_free(struct policy *policy)
{
	free(policy->rules);
	free(policy->files);
	free(policy->handlers);
	arena_free(&policy->memory);
	*policy = (struct policy){ 0 };
}

const struct policy_rule *policy_find(const struct policy *policy,
				      const struct match_subject *subject)
{
	for (size_t i = 0; i < policy->count; i++)
		if (match_matches(&policy->rules[i].match, subject, NULL))
			return &policy->rules[i];
	return NULL;
}

bool policy_may_match_other(const struct policy *policy,
			    const struct match_subject *subject)
{
	for (size_t i = 0; i < policy->count; i++)
		if (match_may_match_other(&policy->rules[i].match, subject))
			return true;
	return false;
}

enum engine policy_engine(const struct policy *policy, const char *handler)
{
	for (size_t i = 0; i < policy->handlers_count; i++)
		if (strcmp(policy->handlers[i].name, handler) == 0)
			return policy->handlers[i].engine;
	return policy->engine;
}
