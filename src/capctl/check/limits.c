/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/limits.h"

#include <string.h>

#include "capctl/check/match_compare.h"
#include "policy/decide.h"

#define ID_LAST (UINT32_MAX - 1)

bool rule_is_raising(const struct policy_rule *rule)
{
	return rule->ambient || rule->inheritable;
}

bool rule_includes_root(const struct policy_rule *rule)
{
	const struct match_ranges *uids = &rule->match.numbers[MATCH_UID];

	for (size_t i = 0; i < uids->count; i++)
		if (!uids->list[i].first)
			return true;
	return false;
}

/* The capabilities that the rule keeps without naming them. */
static capmask left_over(const struct policy_rule *rule)
{
	return rule->drop_others
		       ? 0
		       : ~(rule->drop | rule->ambient | rule->inheritable);
}

bool rule_is_stricter(const struct policy_rule *later,
		      const struct policy_rule *rule)
{
	capmask named = later->ambient | later->inheritable;

	return (left_over(rule) & ~(left_over(later) | named)) ||
	       (later->no_new_privileges && !rule->no_new_privileges);
}

/* A rule that includes them all was written for them, whatever it does. */
static bool is_anyone_bound(const struct policy *policy,
			    const struct match *match, struct glob_work *work)
{
	for (size_t i = 0; i < policy->count && work->left; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->broken ||
		    match_are_disjoint(&rule->match, match, work))
			continue;
		if (decide_narrows(rule) ||
		    match_includes(&rule->match, match, work))
			return true;
	}
	return !work->left;
}

static bool can_evade(const struct policy *policy, struct match match,
		      struct match_range users, enum match_want privileged,
		      struct glob_work *work)
{
	match.numbers[MATCH_UID] = (struct match_ranges){ &users, 1 };
	match.flags[MATCH_PRIVILEGED] = privileged;
	return !is_anyone_bound(policy, &match, work);
}

/* By its text a rule for every user, or for every user but 0. */
static bool is_for_all_users(const struct match *match, struct glob_work *work)
{
	struct match_range all = { 0, ID_LAST };
	struct match everybody = *match;

	everybody.numbers[MATCH_UID] = (struct match_ranges){ &all, 1 };
	return !match->numbers[MATCH_UID].count ||
	       match_includes(match, &everybody, work);
}

struct rule_evaders rule_find_evaders(const struct policy *policy, size_t rule,
				      struct glob_work *work)
{
	static const struct match_range root = { 0, 0 }, users = { 1, ID_LAST };
	const struct policy_rule *narrow = &policy->rules[rule];
	const struct match *match = &narrow->match;

	if (!policy->any_engine || !decide_narrows(narrow) ||
	    rule_is_raising(narrow) || match->annotations_count ||
	    match->texts[MATCH_ID].count ||
	    match->flags[MATCH_PRIVILEGED] != MATCH_NO ||
	    !is_for_all_users(match, work))
		return (struct rule_evaders){ .root = false };
	return (struct rule_evaders){
		.root = can_evade(policy, *match, root, MATCH_NO, work),
		.privileged =
			can_evade(policy, *match, root, MATCH_YES, work) ||
			can_evade(policy, *match, users, MATCH_YES, work),
	};
}

bool handler_can_have_engine(const struct policy *policy, const char *pattern)
{
	for (size_t i = 0; i < policy->handlers_count; i++)
		if (policy->handlers[i].engine != ENGINE_NONE &&
		    glob_matches(pattern, policy->handlers[i].name))
			return true;
	return false;
}

/* Only the name of a handler that has an engine excludes all others. */
static bool pattern_excludes_podman(const struct policy *policy,
				    const char *pattern)
{
	return *pattern == '!' || policy_engine(policy, pattern) != ENGINE_NONE;
}

static bool handler_excludes_podman(const struct policy *policy,
				    const struct glob_list *list)
{
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		any |= *list->patterns[i] != '!';
		if (!pattern_excludes_podman(policy, list->patterns[i]))
			return false;
	}
	return any;
}

bool rule_serves_images(const struct policy *policy,
			const struct policy_rule *rule)
{
	const struct match *match = &rule->match;

	return rule_is_raising(rule) &&
	       (rule->on_request || match->annotations_count) &&
	       policy->engine == ENGINE_NONE && !rule->identity_at &&
	       glob_list_is_universal(&match->texts[MATCH_ID]) &&
	       !handler_excludes_podman(policy, &match->texts[MATCH_HANDLER]);
}
