/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is allowed in a policy and yet hardly meant, or not wise. A warning
 * about a rule that never decides is a proof; it says nothing of rules that
 * had errors, which come from policy.h.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_LINT_H
#define CAPRUNTIME_CAPCTL_CHECK_LINT_H

#include "capctl/check/location.h"

enum lint {
	LINT_DANGEROUS,
	LINT_SHADOWED, /* an earlier rule takes all its containers */
	LINT_NEVER, /* it contradicts itself */
	LINT_EVERYTHING,
	LINT_ESCAPE, /* pods can choose it before a stricter one */
	LINT_NO_NAMESPACE, /* by names that any pod can give itself */
	LINT_NO_BOUNDARY, /* "prod*" is also "production" */
	LINT_NO_ENGINE, /* under this handler nobody vouches */
	LINT_EXEC, /* sessions are not bound by it */
	LINT_NOT_COMPARED, /* too much work: no shadow was looked for */
	LINT_COUNT
};

struct lint_warning {
	enum lint lint;
	size_t rule; /* its number, or POLICY_NO_RULE */
	struct lint_location location; /* in it */
	const char *text; /* lent for the call */
};

/* "shadowed" …: for programs, these do not change. */
const char *lint_code(enum lint lint);

/* Some seconds at most; 10,000 usual rules need a small part of it. */
#define LINT_WORK_MAX ((size_t)1 << 31)

/*
 * In the order of the rules. Comparing them takes at most so many steps of
 * `work`; that there were too few is a warning of its own.
 */
void lint_policy(const struct policy *policy, size_t work,
		 void (*each)(void *context,
			      const struct lint_warning *warning),
		 void *context);

#endif
