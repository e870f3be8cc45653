/* SPDX-License-Identifier: Apache-2.0 */
/* What 'capctl explain' says of one bundle: to people, to programs. */
#ifndef CAPRUNTIME_EXPLAIN_H
#define CAPRUNTIME_EXPLAIN_H

#include "dryrun.h"

struct json_object;

enum explain_outcome {
	EXPLAIN_REFUSED,
	EXPLAIN_NO_POLICY, /* nothing is looked at */
	EXPLAIN_SANDBOX,
	EXPLAIN_NO_PROCESS,
	EXPLAIN_NO_RULE,
	EXPLAIN_APPLIED,
	EXPLAIN_LEFT_ALONE, /* by a rule without action */
};

enum explain_outcome explain_outcome(const struct dryrun *run);
/* As JSON has it. */
const char *explain_outcome_name(enum explain_outcome outcome);
/* One sentence for people. The caller frees; NULL: out of memory. */
char *explain_summary(const struct dryrun *run);
/* Starts, and with everything that the rule wants for it. */
bool explain_is_good(const struct dryrun *run);

/*
 * Was the rule tried, and if so which key did not match? Rules behind the one
 * that decides are not tried.
 */
struct explain_trial {
	bool tried;
	const char *failed; /* the key; NULL: it matches */
};
struct explain_trial explain_try(const struct dryrun *run,
				 const struct policy_rule *rule);

void explain_print(const struct dryrun *run);
struct json_object *explain_object(const struct dryrun *run);

#endif
