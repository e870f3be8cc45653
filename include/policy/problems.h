/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The problems of one file of a policy.
 */
#ifndef CAPRUNTIME_POLICY_PROBLEMS_H
#define CAPRUNTIME_POLICY_PROBLEMS_H

#include "json/check.h"

#define POLICY_NO_RULE SIZE_MAX

/* A word that is not known where it is: a key, or a capability. */
struct policy_unknown {
	const char *word; /* not ended by a NUL; NULL: it is another problem */
	size_t len;
	const char *known; /* the keys, ", " between them; NULL: a capability */
};

/* Valid during the call that reports it. */
struct policy_problem {
	const char *file;
	struct json_place place;
	size_t rule; /* its number in the policy, or POLICY_NO_RULE */
	const char *text;
	struct policy_unknown unknown;
};

/*
 * Problems in the order of the text, but a missing key comes after the problems
 * inside its object. `first` keeps the first one. `each` (optional) gets all of
 * them, the first included.
 */
struct policy_problems {
	size_t count;
	struct err first;
	void (*each)(void *context, const struct policy_problem *problem);
	void *context;
};

#endif
