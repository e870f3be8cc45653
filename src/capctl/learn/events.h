/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the bytes of the kernel's ring buffer, by libtraceevent, which has read
 * the formats of the events before. Opens nothing.
 *
 * Rests on: the kernel's Documentation/trace/events.rst.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_EVENTS_H
#define CAPRUNTIME_CAPCTL_LEARN_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/record.h"

struct tep_event;
struct tep_format_field;
struct tep_handle;

/* Events of the probe, in a group of its own. */
#define LEARN_PROBE_ASK "ask"
#define LEARN_PROBE_ANSWER "answer"

/* How a kind of record is spelled by this kernel. */
struct learn_format {
	bool known;
	int id;
	struct tep_format_field *number, *value, *text;
};

struct learn_events {
	struct tep_handle *tep; /* not owned */
	struct learn_format formats[LEARN_KIND_COUNT];
	struct tep_format_field *type, *pid;
};

/*
 * Looks the events up in `tep`. `group` is that of the probe; NULL: there is
 * the tracepoint. -1: an event or a field is missing.
 */
int learn_events_init(struct learn_events *ret_events, struct tep_handle *tep,
		      const char *group, struct err *err) MUST_CHECK;

/* false: another event, or too short. Does not set the time. */
bool learn_events_decode(const struct learn_events *events, const void *data,
			 size_t size, struct learn_record *ret_record);

#endif
