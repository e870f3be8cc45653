/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/policy.h"

#include <search.h>
#include <string.h>

/* The rules own the names. */
static void free_nothing(void *name)
{
	(void)name;
}

void policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		free(policy->rules[i].name);
		match_free(&policy->rules[i].match);
	}
	free(policy->rules);
	for (size_t i = 0; i < policy->files_count; i++)
		free(policy->files[i]);
	free(policy->files);
	for (size_t i = 0; i < policy->handlers_count; i++)
		free(policy->handlers[i].name);
	free(policy->handlers);
	free(policy->log_file);
	tdestroy(policy->names, free_nothing);
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
