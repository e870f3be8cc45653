/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule without errors does not bind, although its author may expect it:
 * containers that it leaves out by default, and annotations that others write.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_LIMITS_H
#define CAPRUNTIME_CAPCTL_CHECK_LIMITS_H

#include "capctl/check/glob_compare.h"
#include "policy/policy.h"

bool rule_is_raising(const struct policy_rule *rule);

/* Does `later` remove something that `rule` keeps? */
bool rule_is_stricter(const struct policy_rule *later,
		      const struct policy_rule *rule);

/* The pattern matches a handler for which the policy names an engine. */
bool handler_can_have_engine(const struct policy *policy, const char *pattern);

/* It can match containers of user 0. */
bool rule_includes_root(const struct policy_rule *rule);

/* Containers that evade a narrowing rule. The author of a pod chooses both. */
struct rule_evaders {
	bool root; /* of user 0, not privileged */
	bool privileged; /* of any user */
};

/*
 * None for a rule that raises, that pods choose by an annotation, that names
 * users or an ID, or without an engine. True is a proof that no other rule
 * removes anything from these containers, or from some of the privileged ones,
 * and that no single rule matches them all. With no work left nothing is true.
 */
struct rule_evaders rule_find_evaders(const struct policy *policy, size_t rule,
				      struct glob_work *work);

/*
 * The rule raises what an annotation requests, and can match containers of
 * podman: it may be called under a handler without an engine.
 */
bool rule_serves_images(const struct policy *policy,
			const struct policy_rule *rule);

#endif
