/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing that the kernel recorded of a task. Values only: events.h makes
 * them from the bytes of the ring buffer, tally.h draws the conclusions.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RECORD_H
#define CAPRUNTIME_CAPCTL_LEARN_RECORD_H

#include <stdint.h>

#include "capctl/learn/reason.h"

/* What follows each is in `number` and `value`. */
enum learn_kind {
	LEARN_CHECK, /* of a tracepoint: capability, 0 or -EPERM */
	LEARN_ASK, /* of a probe: capability, options of the check */
	LEARN_ANSWER, /* of its return: nothing, 0 or -EPERM */
	LEARN_STACK, /* of the check before; see `reason` */
	LEARN_ENTER, /* a system call: its number */
	LEARN_EXIT, /* its number, its result */
	LEARN_EXEC, /* an execve that succeeds: the thread before; see `name` */
	LEARN_FORK, /* the new task */
	LEARN_END, /* the task has ended */
	LEARN_KIND_COUNT
};

/* Longer paths lose their beginning. */
#define LEARN_NAME_SIZE 128

struct learn_record {
	enum learn_kind kind;
	enum learn_reason reason;
	int32_t pid; /* of the task, in the first PID namespace */
	uint64_t time; /* nanoseconds */
	int64_t number;
	int64_t value;
	char name[LEARN_NAME_SIZE];
};

#endif
