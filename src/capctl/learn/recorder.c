/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/recorder.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <tracefs/tracefs.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "capctl/learn/instance.h"

/* A pass ends, so that a program that is faster than we cannot hold us. */
#define PAGES_PER_PASS 1024
/* The size of a page of the ring buffer, wherever pages are smaller. */
#define PAGE_MAX 65536

/* A record, and its place among those with the same time. */
struct held {
	struct learn_record record;
	uint64_t sequence;
};

struct recorder {
	struct instance instance;
	char *pid_file;
	int *pipes; /* one for each processor */
	size_t processors;
	struct kbuffer *kbuffer;
	char *page;
	struct held *held; /* not yet added: older ones may follow */
	size_t count;
	size_t size;
	uint64_t sequence;
	uint64_t newest; /* the time of the last event that was read */
};

static int open_pipe(struct recorder *recorder, size_t cpu, struct err *err)
{
	char file[64];

	snprintf(file, sizeof(file), "per_cpu/cpu%zu/trace_pipe_raw", cpu);
	recorder->pipes[cpu] =
		tracefs_instance_file_open(recorder->instance.tracefs, file,
					   O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (recorder->pipes[cpu] < 0 && errno != ENOENT && errno != ENODEV)
		return err_set_errno(err, errno, "tracefs: '%s'", file);
	return 0;
}

static int open_pipes(struct recorder *recorder, struct err *err)
{
	long processors = sysconf(_SC_NPROCESSORS_CONF);
	size_t count = processors > 0 ? (size_t)processors : 1;

	recorder->pipes = calloc(count, sizeof(*recorder->pipes));
	if (!recorder->pipes)
		return err_set_no_memory(err);
	for (size_t i = 0; i < count; i++)
		recorder->pipes[i] = -1;
	recorder->processors = count;
	for (size_t i = 0; i < count; i++)
		if (open_pipe(recorder, i, err) < 0)
			return -1;
	return 0;
}

static int open_buffer(struct recorder *recorder, struct err *err)
{
	static const uint16_t one = 1;
	bool is_little = *(const uint8_t *)&one == 1;
	char *file;

	recorder->kbuffer = kbuffer_alloc(
		sizeof(long) == 8 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4,
		is_little ? KBUFFER_ENDIAN_LITTLE : KBUFFER_ENDIAN_BIG);
	recorder->page = malloc(PAGE_MAX);
	file = tracefs_instance_get_file(recorder->instance.tracefs,
					 "set_event_pid");
	recorder->pid_file = file ? strdup(file) : NULL;
	tracefs_put_tracing_file(file);
	if (!recorder->kbuffer || !recorder->page || !recorder->pid_file)
		return err_set_no_memory(err);
	return 0;
}

struct recorder *recorder_open(struct err *err)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder) {
		err_set_no_memory(err);
		return NULL;
	}
	if (instance_open(&recorder->instance, err) < 0 ||
	    open_pipes(recorder, err) < 0 || open_buffer(recorder, err) < 0) {
		recorder_close(recorder);
		return NULL;
	}
	return recorder;
}

/* The instance is in use while a pipe is open. */
void recorder_close(struct recorder *recorder)
{
	if (!recorder)
		return;
	for (size_t i = 0; i < recorder->processors; i++)
		cleanup_fd(&recorder->pipes[i]);
	instance_close(&recorder->instance);
	if (recorder->kbuffer)
		kbuffer_free(recorder->kbuffer);
	free(recorder->pipes);
	free(recorder->page);
	free(recorder->pid_file);
	free(recorder->held);
	free(recorder);
}

const char *recorder_source(const struct recorder *recorder)
{
	return recorder->instance.has_probe ? "kprobe" : "tracepoint";
}

const char *recorder_pid_file(const struct recorder *recorder)
{
	return recorder->pid_file;
}

int recorder_add(struct recorder *recorder, int32_t pid, struct err *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRId32, pid);
	if (tracefs_instance_file_append(recorder->instance.tracefs,
					 "set_event_pid", text) < 0)
		return err_set_errno(err, errno, "record process %s", text);
	return 0;
}

static int hold_record(struct recorder *recorder,
		       const struct learn_record *record, struct err *err)
{
	struct held *room = alloc_room(recorder->held, recorder->count,
				       &recorder->size, sizeof(*room));

	if (!room)
		return err_set_no_memory(err);
	recorder->held = room;
	room[recorder->count++] =
		(struct held){ *record, recorder->sequence++ };
	return 0;
}

static int hold_page(struct recorder *recorder, struct err *err)
{
	struct kbuffer *kbuffer = recorder->kbuffer;
	unsigned long long when;
	struct learn_record record;
	void *data;

	kbuffer_load_subbuffer(kbuffer, recorder->page);
	for (data = kbuffer_read_event(kbuffer, &when); data;
	     data = kbuffer_next_event(kbuffer, &when)) {
		size_t size = (size_t)kbuffer_event_size(kbuffer);

		recorder->newest = when;
		if (!learn_events_decode(&recorder->instance.events, data, size,
					 &record))
			continue;
		record.time = when;
		if (hold_record(recorder, &record, err) < 0)
			return -1;
	}
	return 0;
}

/* The time up to which this processor's records are known: at most *bound. */
static int hold_pages(struct recorder *recorder, int pipe, bool all,
		      uint64_t *bound, struct err *err)
{
	for (int i = 0; all || i < PAGES_PER_PASS; i++) {
		ssize_t len = read(pipe, recorder->page, PAGE_MAX);

		if (len < 0 && errno == EINTR)
			continue;
		if (len == 0 || (len < 0 && errno == EAGAIN))
			return 0;
		if (len < 0)
			return err_set_errno(err, errno, "read from tracefs");
		if (hold_page(recorder, err) < 0)
			return -1;
	}
	if (recorder->newest < *bound)
		*bound = recorder->newest;
	return 0;
}

static int compare_held(const void *a, const void *b)
{
	const struct held *one = a, *other = b;

	if (one->record.time != other->record.time)
		return one->record.time < other->record.time ? -1 : 1;
	return one->sequence < other->sequence ? -1 : 1;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/*
 * One processor after the other is read. So what happened after `before`, the
 * beginning of the pass, waits for the next one, which can find older records.
 */
static int add_held(struct recorder *recorder, uint64_t before,
		    struct learn_tally *tally, struct err *err)
{
	struct held *held = recorder->held;
	size_t done = 0;

	if (recorder->count)
		qsort(held, recorder->count, sizeof(*held), compare_held);
	for (; done < recorder->count && held[done].record.time < before;
	     done++)
		if (learn_tally_add(tally, &held[done].record, err) < 0)
			return -1;
	recorder->count -= done;
	if (done)
		memmove(held, held + done, recorder->count * sizeof(*held));
	return 0;
}

int recorder_read(struct recorder *recorder, bool last,
		  struct learn_tally *tally, struct err *err)
{
	uint64_t before = last ? UINT64_MAX : now();

	if (last && tracefs_trace_off(recorder->instance.tracefs) < 0)
		return err_set_errno(err, errno, "tracefs: 'tracing_on'");
	for (size_t i = 0; i < recorder->processors; i++)
		if (recorder->pipes[i] >= 0 &&
		    hold_pages(recorder, recorder->pipes[i], last, &before,
			       err) < 0)
			return -1;
	return add_held(recorder, before, tally, err);
}

int recorder_lost(const struct recorder *recorder, uint64_t *ret_lost,
		  struct err *err)
{
	*ret_lost = 0;
	for (size_t i = 0; i < recorder->processors; i++) {
		char *stats CLEANUP_FREE = NULL;
		char file[64];

		snprintf(file, sizeof(file), "per_cpu/cpu%zu/stats", i);
		stats = tracefs_instance_file_read(recorder->instance.tracefs,
						   file, NULL);
		if (stats)
			*ret_lost += leftover_lost(stats);
		else if (recorder->pipes[i] >= 0)
			return err_set_errno(err, errno, "tracefs: '%s'", file);
	}
	return 0;
}
