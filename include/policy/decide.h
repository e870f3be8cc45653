/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies a rule to a container's five sets. Pure: numbers in, numbers out.
 *
 * Rests on capabilities(7): ambient needs permitted and inheritable, and
 * survives the execve of a non-root program; user_namespaces(7). Both runtimes
 * silently start a container without an ambient capability that they cannot
 * raise, so the result contains only those that they can raise.
 */
#ifndef CAPRUNTIME_POLICY_DECIDE_H
#define CAPRUNTIME_POLICY_DECIDE_H

#include "caps/own.h"
#include "caps/set.h"
#include "policy/ambient_request.h"
#include "policy/policy.h"
#include "spec/stray.h"

struct decide_input {
	const struct policy_rule *rule;
	const struct ambient_request *request; /* if the rule has on_request */
	bool has_capabilities;
	bool other_userns; /* new or joined; in it every capability is held */
	bool no_new_privileges; /* of config.json */
	struct capsets sets;
	struct own_limits limits;
	capmask above_ceiling; /* of the policy */
	struct stray stray; /* for one that the rule names, or none */
};

struct decision {
	bool touches_sets; /* false: `sets` are those of the input */
	struct capsets sets;
	bool drop_unknown; /* also drop names that are no exact capability */
	bool no_new_privileges;
	capmask wanted;
	capmask raised;
	/* wanted or requested, but not raised; inheritable above the ceiling */
	capmask missing;
};

/* Does the rule change sets at all? */
bool decide_touches(const struct policy_rule *rule);
/* Can it leave a container with less than the engine gave? */
bool decide_narrows(const struct policy_rule *rule);

/*
 * -1: the container must not start: the sets are invalid, or `require` is not
 * met. The message names the rule and the capabilities. Of ret_decision, only
 * wanted, raised and missing are then valid, for the audit.
 */
int decide(struct decision *ret_decision, const struct decide_input *input,
	   struct err *err) MUST_CHECK;

#endif
