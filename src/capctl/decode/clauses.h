/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of cap_from_text(3) within a line, as getcap(8) and getpcaps(8) print it:
 * clauses such as "cap_chown,cap_kill=ep". libcap parses them.
 */
#ifndef CAPRUNTIME_CAPCTL_DECODE_CLAUSES_H
#define CAPRUNTIME_CAPCTL_DECODE_CLAUSES_H

#include "base/cleanup.h"
#include "capctl/decode/span.h"
#include "caps/set.h"

/* Takes what precedes the first clause, without blanks at its end. */
struct span clauses_take_before(struct span *line);
/* Takes the clauses at the start of the line; empty: there is none. */
struct span clauses_take(struct span *line);

/* Sets effective, permitted and inheritable; the other sets are 0. */
int clauses_parse(struct span clauses, struct capsets *ret_sets,
		  struct err *err) MUST_CHECK;

#endif
