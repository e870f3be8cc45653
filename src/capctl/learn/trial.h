/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a container do its work with exactly these capabilities? Runs it once,
 * under a policy of its own, and the test beside it.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_TRIAL_H
#define CAPRUNTIME_CAPCTL_LEARN_TRIAL_H

#include <signal.h>

#include "capctl/learn/bundle_run.h"
#include "capctl/learn/learned.h"

struct trial {
	struct bundle_run *run;
	const char *test; /* NULL: the exit status of the container's program */
	uint32_t seconds;
	const sigset_t *signals; /* that end it */
	char *reason; /* why the last one failed; the caller frees */
};

/*
 * *ret_passed: the test ended in time with exit status 0. -1: the container
 * could not be run as asked, or a signal came.
 */
int trial_run(struct trial *trial, capmask set, bool *ret_passed,
	      struct err *err) MUST_CHECK;

/* The same with all of `set` raised and nothing dropped, recorded. */
int trial_record(struct trial *trial, capmask set, bool *ret_passed,
		 struct learned *learned, struct err *err) MUST_CHECK;

#endif
