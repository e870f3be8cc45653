/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in a tracefs instance of its own, and where the kernel has no
 * tracepoint for checks of capabilities, by a probe of its own. Both are
 * removed by recorder_close(). What a killed recorder left, the next one
 * removes; recorders do not disturb each other.
 *
 * Rests on: the kernel's Documentation/trace/{ftrace,kprobetrace}.rst.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RECORDER_H
#define CAPRUNTIME_CAPCTL_LEARN_RECORDER_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/tally.h"

struct recorder;

#define CLEANUP_RECORDER __attribute__((cleanup(recorder_cleanup)))

/* Nothing is recorded before a process is added. NULL: `err` says why. */
struct recorder *recorder_open(struct err *err) MUST_CHECK;
void recorder_close(struct recorder *recorder); /* NULL is nothing */

static inline void recorder_cleanup(struct recorder *const *recorder)
{
	recorder_close(*recorder);
}

/* "tracepoint" or "kprobe". */
const char *recorder_source(const struct recorder *recorder);

/* A process that writes its PID here is recorded, with its descendants. */
const char *recorder_pid_file(const struct recorder *recorder);

/* Records this thread and its descendants. `err`->number: ESRCH and others. */
int recorder_add(struct recorder *recorder, int32_t pid,
		 struct err *err) MUST_CHECK;

/*
 * Adds what was recorded up to now, in the order of time. With `last`,
 * recording has ended: everything is added.
 */
int recorder_read(struct recorder *recorder, bool last,
		  struct learn_tally *tally, struct err *err) MUST_CHECK;

/* How many events were lost so far. */
int recorder_lost(const struct recorder *recorder, uint64_t *ret_lost,
		  struct err *err) MUST_CHECK;

#endif
