/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Warns of what a policy allows but probably does not intend, and of unsafe
 * rules. That a rule never decides is proved, not guessed. Rules with errors
 * are skipped, except for the ceiling; policy/policy.h reports these.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_LINT_H
#define CAPRUNTIME_CAPCTL_CHECK_LINT_H

#include "policy/policy.h"

enum lint {
	LINT_CEILING, /* an error: it names more than the policy's ceiling */
	LINT_DANGEROUS,
	LINT_SHADOWED, /* an earlier rule includes it */
	LINT_NEVER, /* it contradicts itself */
	LINT_EVERYTHING,
	LINT_ESCAPE, /* pods can choose it before a stricter one */
	LINT_NO_NAMESPACE, /* pods can choose these names themselves */
	LINT_NO_BOUNDARY, /* "prod*" is also "production" */
	LINT_NO_ENGINE, /* the handler has no engine that sets names */
	LINT_EXEC, /* exec is not restricted by it */
	LINT_ALONE, /* no_new_privileges and nothing else */
	LINT_EVADED, /* user 0 or privileged containers are not bound */
	LINT_IMAGE, /* under podman, images choose it */
	LINT_ROOT, /* ambient for user 0 */
	LINT_NOT_COMPARED, /* too much work to compare all rules */
	LINT_COUNT
};

#define LINT_WHOLE SIZE_MAX

/* A value of a rule, named by its keys. */
struct lint_location {
	const char *key; /* in the rule; NULL: the rule itself */
	const char *member; /* in the object at that key; NULL: all of it */
	size_t element; /* of a list; LINT_WHOLE: all of it */
};

/*
 * The offset of that value, or of the nearest value around it, in the text of
 * the rule's file. It is searched, so that a policy need not keep it.
 */
size_t lint_locate(const struct lint_location *location,
		   const struct policy_rule *rule, const struct json_doc *doc);

struct lint_warning {
	enum lint lint;
	size_t rule; /* its number, or POLICY_NO_RULE */
	struct lint_location location; /* in the rule */
	const char *text; /* valid during the call */
};

/* "shadowed" …: stable, for programs. */
const char *lint_code(enum lint lint);

/* Is it an error? capruntime cuts what such a rule raises. */
bool lint_is_error(enum lint lint);

/* A few seconds at most; 10,000 usual rules need a fraction of it. */
#define LINT_WORK_MAX ((size_t)1 << 31)

/*
 * Calls each() with every warning, in the order of the rules. Comparing rules
 * takes at most `work` steps; LINT_NOT_COMPARED reports that they ran out.
 */
void lint_policy(const struct policy *policy, size_t work,
		 void (*each)(void *context,
			      const struct lint_warning *warning),
		 void *context);

#endif
