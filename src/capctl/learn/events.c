/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/events.h"

#include <stdio.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "base/cleanup.h"

/* More functions than this are not looked at. */
#define STACK_MAX 64

static const struct source {
	enum learn_kind kind;
	const char *system; /* NULL: the group of the probe */
	const char *event;
	const char *number, *value, *text; /* names of fields; NULL: none */
} sources[] = {
	{ LEARN_CHECK, "capability", "cap_capable", "cap", "ret", NULL },
	{ LEARN_ASK, NULL, LEARN_PROBE_ASK, "cap", "options", NULL },
	{ LEARN_ANSWER, NULL, LEARN_PROBE_ANSWER, NULL, "answer", NULL },
	{ LEARN_STACK, "ftrace", "kernel_stack", NULL, NULL, "caller" },
	{ LEARN_ENTER, "raw_syscalls", "sys_enter", "id", NULL, NULL },
	{ LEARN_EXIT, "raw_syscalls", "sys_exit", "id", "ret", NULL },
	{ LEARN_EXEC, "sched", "sched_process_exec", "old_pid", NULL,
	  "filename" },
	{ LEARN_FORK, "sched", "sched_process_fork", "child_pid", NULL, NULL },
	{ LEARN_END, "sched", "sched_process_exit", NULL, NULL, NULL },
};

/* *ret_field is NULL if there is no name. */
static bool find_field(struct tep_event *event, const char *name,
		       struct tep_format_field **ret_field)
{
	*ret_field = name ? tep_find_any_field(event, name) : NULL;
	return *ret_field || !name;
}

static int find_event(struct learn_events *events, const struct source *source,
		      const char *group, struct err *err)
{
	const char *system = source->system ? source->system : group;
	struct learn_format *format = &events->formats[source->kind];
	struct tep_event *event =
		tep_find_event_by_name(events->tep, system, source->event);

	if (!event)
		return err_set(err, "this kernel has no event '%s:%s'", system,
			       source->event);
	if (!find_field(event, source->number, &format->number) ||
	    !find_field(event, source->value, &format->value) ||
	    !find_field(event, source->text, &format->text) ||
	    !find_field(event, "common_type", &events->type) ||
	    !find_field(event, "common_pid", &events->pid))
		return err_set(err,
			       "the event '%s:%s' of this kernel lacks a field",
			       system, source->event);
	format->id = event->id;
	format->known = true;
	return 0;
}

int learn_events_init(struct learn_events *ret_events, struct tep_handle *tep,
		      const char *group, struct err *err)
{
	*ret_events = (struct learn_events){ .tep = tep };
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		bool of_probe = sources[i].kind == LEARN_ASK ||
				sources[i].kind == LEARN_ANSWER;

		if (of_probe ? !group : group && sources[i].kind == LEARN_CHECK)
			continue;
		if (find_event(ret_events, &sources[i], group, err) < 0)
			return -1;
	}
	return 0;
}

/* 0 without a field. false: the event ends before. */
static bool read_integer(struct tep_format_field *field, const void *data,
			 size_t size, int64_t *ret_number)
{
	unsigned long long number = 0;
	size_t end = field ? (size_t)field->offset + (size_t)field->size : 0;

	if (end > size ||
	    (field && tep_read_number_field(field, data, &number) != 0))
		return false;
	*ret_number = (int64_t)number;
	if (field && field->size == 4 && field->flags & TEP_FIELD_IS_SIGNED)
		*ret_number = (int32_t)number;
	return true;
}

/* The end of a long path says more than its beginning. */
static bool read_path(struct tep_format_field *field, const char *data,
		      size_t size, struct learn_record *record)
{
	uint32_t place;
	size_t at, len;

	if ((size_t)field->offset + sizeof(place) > size)
		return false;
	memcpy(&place, data + field->offset, sizeof(place));
	at = place & 0xffff;
	len = place >> 16;
	if (at > size || len > size - at)
		return false;
	len = strnlen(data + at, len);
	if (len >= sizeof(record->name)) {
		at += len - (sizeof(record->name) - 1);
		len = sizeof(record->name) - 1;
	}
	memcpy(record->name, data + at, len);
	return true;
}

/* The kernel ends the list early, or with all bits set. */
static void read_stack(const struct learn_events *events,
		       struct tep_format_field *field, const char *data,
		       size_t size, struct learn_record *record)
{
	size_t at = (size_t)field->offset, width = sizeof(unsigned long);
	struct learn_stack stack = { 0 };

	for (int i = 0; i < STACK_MAX && at + width <= size; i++, at += width) {
		unsigned long address;
		const char *function;

		memcpy(&address, data + at, width);
		function = tep_find_function(events->tep, address);
		if (function)
			learn_stack_add(&stack, function);
	}
	record->reason = stack.reason;
}

static bool read_fields(const struct learn_events *events, const char *data,
			size_t size, struct learn_record *record)
{
	const struct learn_format *format = &events->formats[record->kind];

	if (record->kind == LEARN_STACK) {
		read_stack(events, format->text, data, size, record);
		return true;
	}
	return read_integer(format->number, data, size, &record->number) &&
	       read_integer(format->value, data, size, &record->value) &&
	       (!format->text || read_path(format->text, data, size, record));
}

bool learn_events_decode(const struct learn_events *events, const void *data,
			 size_t size, struct learn_record *ret_record)
{
	int64_t type, pid;

	if (!read_integer(events->type, data, size, &type) ||
	    !read_integer(events->pid, data, size, &pid))
		return false;
	for (int kind = 0; kind < LEARN_KIND_COUNT; kind++) {
		const struct learn_format *format = &events->formats[kind];

		if (!format->known || format->id != type)
			continue;
		*ret_record =
			(struct learn_record){ .kind = (enum learn_kind)kind,
					       .pid = (int32_t)pid };
		return read_fields(events, data, size, ret_record);
	}
	return false;
}
