/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is allowed in a policy and yet hardly meant, or not wise. A warning
 * about a rule that never decides is a proof; it says nothing of rules that
 * had errors, which come from policy.h.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_LINT_H
#define CAPRUNTIME_CAPCTL_CHECK_LINT_H

#include "capctl/check/location.h"

enum policy_lint {
	POLICY_LINT_DANGEROUS,
	POLICY_LINT_SHADOWED, /* an earlier rule takes all its containers */
	POLICY_LINT_NEVER, /* it contradicts itself */
	POLICY_LINT_EVERYTHING,
	POLICY_LINT_ESCAPE, /* pods can choose it before a stricter one */
	POLICY_LINT_NO_NAMESPACE, /* by names that any pod can give itself */
	POLICY_LINT_NO_BOUNDARY, /* "prod*" is also "production" */
	POLICY_LINT_NO_ENGINE, /* under this handler nobody vouches */
	POLICY_LINT_EXEC, /* sessions are not bound by it */
	POLICY_LINT_NOT_COMPARED, /* too much work: no shadow was looked for */
	POLICY_LINT_COUNT
};

struct policy_warning {
	enum policy_lint lint;
	size_t rule; /* its number, or POLICY_NO_RULE */
	struct policy_spot spot; /* in it */
	const char *text; /* lent for the call */
};

/* "shadowed" …: for programs, these do not change. */
const char *policy_lint_code(enum policy_lint lint);

/* Some seconds at most; 10,000 usual rules need a small part of it. */
#define POLICY_LINT_WORK ((size_t)1 << 31)

/*
 * In the order of the rules. Comparing them takes at most so many steps of
 * `work`; that there were too few is a warning of its own.
 */
void policy_lint(const struct policy *policy, size_t work,
		 void (*each)(void *context,
			      const struct policy_warning *warning),
		 void *context);

#endif
