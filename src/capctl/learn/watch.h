/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what is recorded of a target again and again, and the signals that end it. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_WATCH_H
#define CAPRUNTIME_CAPCTL_LEARN_WATCH_H

#include <signal.h>

#include "capctl/learn/learned.h"

struct watch {
	struct learned *learned;
	struct recorder *recorder;
	/* NULL: no other process than the target's is added. */
	const struct learn_container *container;
};

/*
 * Signals that end us end the recording instead, so that nothing is left;
 * SIGCHLD wakes us up.
 */
void watch_block_signals(sigset_t *ret_set);

/* Waits for a moment. true: a signal says that it is enough. */
bool watch_is_interrupted(const sigset_t *signals);

/* In nanoseconds, as records have it. */
uint64_t watch_clock(void);
/* In seconds, for a limit. */
int64_t watch_time(void);

/* Often, so that no event is lost and no process missed. */
int watch_read(const struct watch *watch, struct err *err) MUST_CHECK;
/* What is still there; recording has ended. */
int watch_end(const struct watch *watch, struct err *err) MUST_CHECK;

#endif
