/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/usage.h"

#include <inttypes.h>
#include <stdlib.h>

#include "capctl/learn/target.h"
#include "capctl/learn/watch.h"

/* A container that is watched. */
struct watched {
	struct learn_container container;
	struct learn_tally tally;
	struct target target;
};

struct usage {
	struct recorder *recorder;
	struct learn_tally tasks; /* of all */
	struct watched *list;
	struct target_member *members; /* of `list` */
	size_t count;
};

#define CLEANUP_USAGE __attribute__((cleanup(usage_free)))

static void usage_free(struct usage *usage)
{
	learn_tally_free(&usage->tasks);
	for (size_t i = 0; i < usage->count; i++)
		learn_container_free(&usage->list[i].container);
	free(usage->list);
	free(usage->members);
	recorder_close(usage->recorder);
}

/* Its first process. The others follow when all containers are known. */
static int attach_container(struct usage *usage, int32_t pid, struct err *err)
{
	struct watched *watched = &usage->list[usage->count];
	struct target_member *member = &usage->members[usage->count++];

	watched->tally.main = &usage->tasks;
	*member =
		(struct target_member){ &watched->container, &watched->tally };
	if (learn_tally_knows(&usage->tasks, pid))
		return err_set(err,
			       "its process %" PRId32
			       " is that of another container",
			       pid);
	if (learn_container_of(&watched->container, pid, err) < 0)
		return -1;
	return target_attach(&watched->target, pid, usage->recorder,
			     &watched->tally, err);
}

/* One that ends just now hides no other. */
static void attach_containers(struct usage *usage,
			      struct usage_container *containers, size_t count)
{
	struct err err;

	for (size_t i = 0; i < count; i++) {
		if (attach_container(usage, containers[i].pid, &err) == 0)
			continue;
		containers[i].error = err;
		usage->list[i].target.has_ended = true;
	}
}

static bool is_over(struct usage *usage)
{
	for (size_t i = 0; i < usage->count; i++)
		if (!target_is_over(&usage->list[i].target))
			return false;
	return true;
}

static int watch_containers(struct usage *usage, uint32_t seconds,
			    const sigset_t *signals, struct err *err)
{
	int64_t end = watch_time() + seconds;

	while (!is_over(usage) && watch_time() < end) {
		if (target_attach_others(usage->members, usage->count,
					 usage->recorder, err) < 0 ||
		    recorder_read(usage->recorder, false, &usage->tasks, err) <
			    0)
			return -1;
		if (watch_is_interrupted(signals))
			break;
	}
	return recorder_read(usage->recorder, true, &usage->tasks, err);
}

/* What was refused was wanted, too: that it is lacking is another finding. */
static int take_usage(struct usage *usage, struct usage_container *containers,
		      struct usage_watched *watched, struct err *err)
{
	if (recorder_lost(usage->recorder, &watched->lost, err) < 0)
		return -1;
	learn_tally_end(&usage->tasks);
	for (size_t i = 0; i < usage->count; i++) {
		const struct learn_tally *tally = &usage->list[i].tally;

		containers[i].used = learn_tally_needs(tally);
		watched->lost += tally->unanswered;
	}
	return 0;
}

static int record_usage(struct usage *usage, struct usage_container *containers,
			size_t count, uint32_t seconds,
			struct usage_watched *watched, struct err *err)
{
	sigset_t signals;
	int64_t begin;

	usage->list = calloc(count, sizeof(*usage->list));
	usage->members = calloc(count, sizeof(*usage->members));
	if (!usage->list || !usage->members)
		return err_set_no_memory(err);
	watch_block_signals(&signals);
	usage->recorder = recorder_open(err);
	if (!usage->recorder)
		return -1;
	watched->source = recorder_source(usage->recorder);
	begin = watch_time();
	attach_containers(usage, containers, count);
	if (watch_containers(usage, seconds, &signals, err) < 0)
		return -1;
	watched->seconds = watch_time() - begin;
	return take_usage(usage, containers, watched, err);
}

int usage_watch(struct usage_container *containers, size_t count,
		uint32_t seconds, struct usage_watched *ret_watched,
		struct err *err)
{
	struct usage usage CLEANUP_USAGE = { 0 };

	*ret_watched = (struct usage_watched){ 0 };
	if (count && record_usage(&usage, containers, count, seconds,
				  ret_watched, err) < 0)
		return err_wrap(err, "watch");
	return 0;
}
