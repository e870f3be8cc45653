/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the text of a rule something stands, by its keys: found when it is
 * asked for, so that reading a policy need not keep it.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_LOCATION_H
#define CAPRUNTIME_CAPCTL_CHECK_LOCATION_H

#include "policy/policy.h"

#define LINT_WHOLE SIZE_MAX

struct lint_location {
	const char *key; /* of the rule; NULL: the rule itself */
	const char *member; /* a key in that key's object, or NULL */
	size_t element; /* of a list, or LINT_WHOLE */
};

/* The offset of that value, or of what comes nearest. `doc`: the rule's file. */
size_t lint_locate(const struct lint_location *location,
		   const struct policy_rule *rule, const struct json_doc *doc);

#endif
