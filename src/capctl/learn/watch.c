/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/watch.h"

#include <time.h>

#define TICK_NS (50L * 1000 * 1000)
#define SECOND_NS UINT64_C(1000000000)

void watch_block_signals(sigset_t *ret_set)
{
	static const int numbers[] = { SIGINT,	SIGTERM, SIGHUP,
				       SIGQUIT, SIGCHLD, SIGPIPE };

	sigemptyset(ret_set);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaddset(ret_set, numbers[i]);
	sigprocmask(SIG_BLOCK, ret_set, NULL);
}

bool watch_is_interrupted(const sigset_t *signals)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };
	int number = sigtimedwait(signals, NULL, &tick);

	return number > 0 && number != SIGCHLD && number != SIGPIPE;
}

uint64_t watch_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

int64_t watch_time(void)
{
	return (int64_t)(watch_clock() / SECOND_NS);
}

int watch_read(const struct watch *watch, struct err *err)
{
	const struct target_member member = { watch->container,
					      &watch->learned->tally };

	if (recorder_read(watch->recorder, false, member.tally, err) < 0)
		return -1;
	return member.container
		       ? target_attach_others(&member, 1, watch->recorder, err)
		       : 0;
}

int watch_end(const struct watch *watch, struct err *err)
{
	struct learned *learned = watch->learned;

	if (recorder_read(watch->recorder, true, &learned->tally, err) < 0 ||
	    recorder_lost(watch->recorder, &learned->lost, err) < 0)
		return -1;
	learn_tally_end(&learned->tally);
	learned->lost += learned->tally.unanswered;
	return 0;
}
