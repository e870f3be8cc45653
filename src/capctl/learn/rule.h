/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy with one rule that raises what a program needs: numbers in, text
 * out. Which containers it is for, the administrator has to say: until then
 * its id matches none.
 *
 * Rests on: capruntime-policy(5).
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RULE_H
#define CAPRUNTIME_CAPCTL_LEARN_RULE_H

#include "capctl/learn/tally.h"

/* No container has it: a slash cannot be part of an id. */
#define LEARN_RULE_ID "put/the/containers/here"

/* At least one capability is needed. The caller frees. */
int learn_rule_make(const struct learn_tally *tally, char **ret_text,
		    size_t *ret_len, struct err *err) MUST_CHECK;

#endif
