/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which capabilities can a program do without? Tries sets, and keeps those of
 * which each one is needed. How a set is tried is the caller's part. Pure.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_CONFIRM_H
#define CAPRUNTIME_CAPCTL_LEARN_CONFIRM_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "caps/set.h"

struct confirmed {
	capmask needed; /* the test fails without one of these */
	capmask struck; /* the test passes without all of these */
	unsigned int runs;
	bool fails; /* on -1: the test, where it has to pass */
};

/* With exactly this set: did the test pass? -1: it could not be tried. */
typedef int confirm_try(void *detail, capmask set, bool *ret_passed,
			struct err *err);

/*
 * With all, with none, then without one after the other in the kernel's order,
 * where the wider one of two that can replace each other comes first; those
 * that were struck stay away. At last the result once more. -1: also when the
 * test fails with all, or at last; `err` then says with what.
 */
int confirm(struct confirmed *ret_confirmed, capmask all, confirm_try *try,
	    void *detail, struct err *err) MUST_CHECK;

#endif
