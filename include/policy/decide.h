/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule makes of a container's five sets. Pure: numbers in, numbers out.
 *
 * Rests on capabilities(7): ambient needs permitted and inheritable, and
 * survives the execve of a non-root program; user_namespaces(7). Both runtimes
 * start a container silently without an ambient capability that they cannot
 * raise: nobody after this will notice, so the result always can be raised.
 */
#ifndef CAPRUNTIME_POLICY_DECIDE_H
#define CAPRUNTIME_POLICY_DECIDE_H

#include "caps/own.h"
#include "caps/set.h"
#include "policy/ambient_request.h"
#include "policy/policy.h"

struct decide_input {
	const struct policy_rule *rule;
	const struct ambient_request *request; /* for a rule with on_request */
	bool has_capabilities;
	bool new_userns; /* in which every capability is held */
	bool no_new_privileges; /* as config.json has it */
	struct capsets sets;
	struct own_limits limits;
};

struct decision {
	bool touches_sets; /* else `sets` are those that came in */
	struct capsets sets;
	bool drop_unknown; /* names that are no exact capability go, too */
	bool no_new_privileges;
	capmask wanted;
	capmask raised;
	capmask missing; /* of what was wanted or asked for */
};

/* Does the rule change sets at all? */
bool decide_touches(const struct policy_rule *rule);

/*
 * -1: the container must not start: the sets cannot work, or `require` is not
 * met. The message names the rule and the capabilities; of ret_decision
 * then only wanted, raised and missing say something, for the audit.
 */
int decide(struct decision *ret_decision, const struct decide_input *input,
	   struct err *err) MUST_CHECK;

#endif
