/* SPDX-License-Identifier: Apache-2.0 */
/* What 'capctl explain' says of one bundle: to people, to programs. */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_EXPLAIN_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_EXPLAIN_H

#include "capctl/dryrun.h"
#include "capctl/explain/entrypoint.h"

struct json_object;

#define EXPLAIN_WARNINGS_MAX 72 /* one for each capability, and a few */

struct explain_warning {
	const char *code; /* for programs */
	char *text;
};

/* One bundle, and all that can be said of it. */
struct explained {
	struct dryrun run;
	bool decided; /* there are sets to speak of: `entry` counts */
	struct entrypoint entry;
	struct explain_warning warnings[EXPLAIN_WARNINGS_MAX];
	size_t warnings_count;
};

/*
 * dryrun_summary(), and whether its program can use that. The caller frees;
 * NULL: out of memory.
 */
char *explain_headline(const struct explained *explained);
/* What was raised, and the program surely will not hold. */
capmask explain_lost(const struct explained *explained);
/*
 * Starts with everything that the rule wants for it, and its program holds
 * that, too, as far as can be told.
 */
bool explain_is_good(const struct explained *explained);

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

void explain_print(const struct explained *explained);
struct json_object *explain_object(const struct explained *explained);

/* Fills in explained->warnings. -1: out of memory. */
int explain_warn(struct explained *explained, struct err *err) MUST_CHECK;

#endif
