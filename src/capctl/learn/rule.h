/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy with one rule that raises what a program needs: values in, text out.
 * It matches the container that was watched, as far as it is known who that is;
 * else the administrator has to say it: until then its id matches none.
 *
 * Rests on: capruntime-policy(5).
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RULE_H
#define CAPRUNTIME_CAPCTL_LEARN_RULE_H

#include "capctl/learn/subject.h"
#include "capctl/learn/tally.h"

/* No container has it: a slash cannot be part of an id. */
#define LEARN_RULE_ID "put/the/containers/here"

struct learn_rule {
	capmask ambient;
	bool exact; /* everything else is dropped */
	const char *comment;
	const struct learn_subject *subject;
};

/* Something is raised or dropped. The caller frees. */
int learn_rule_print(const struct learn_rule *rule, char **ret_text,
		     size_t *ret_len, struct err *err) MUST_CHECK;

/* Which call asked for each. The caller frees. */
int learn_rule_reasons(const struct learn_tally *tally, char **ret_text,
		       struct err *err) MUST_CHECK;

#endif
