/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/closed.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

bool seccomp_action_closes(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
		return false;
	default:
		return true;
	}
}

static void add_closed_call(struct seccomp_closed *closed,
			    const struct cap_syscall *call, uint32_t action)
{
	closed->calls[closed->count++] =
		(struct seccomp_closed_call){ call, action };
}

static enum seccomp_closing closing_of(const struct cap_syscalls *calls,
				       size_t known, size_t closed)
{
	if (!closed)
		return SECCOMP_OPEN;
	if (calls->besides || (!calls->all && closed < known))
		return SECCOMP_PARTLY;
	return SECCOMP_CLOSED;
}

void seccomp_closed(const struct seccomp_profile *profile, capmask capability,
		    struct seccomp_closed *ret_closed)
{
	const struct cap_syscalls *calls = cap_syscalls_of(capability);
	size_t known = 0;
	uint32_t action;
	int nr;

	*ret_closed = (struct seccomp_closed){ .closing = SECCOMP_OPEN };
	if (!calls)
		return;
	for (size_t i = 0; i < calls->count && i < CAP_SYSCALLS_MAX; i++) {
		nr = seccomp_call_number(calls->calls[i].name);
		if (nr < 0) /* of another architecture, or unknown */
			continue;
		known++;
		action = seccomp_profile_run(profile, 0, nr,
					     calls->calls[i].args);
		if (seccomp_action_closes(action))
			add_closed_call(ret_closed, &calls->calls[i], action);
	}
	ret_closed->besides = calls->besides;
	ret_closed->closing = closing_of(calls, known, ret_closed->count);
}

static const char *action_word(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
		return "kills the process";
	case SECCOMP_RET_KILL_THREAD:
		return "kills the thread";
	case SECCOMP_RET_TRAP:
		return "raises SIGSYS";
	case SECCOMP_RET_USER_NOTIF:
		return "is decided by an agent";
	case SECCOMP_RET_TRACE:
		return "is decided by a tracer";
	default:
		return "is allowed";
	}
}

void seccomp_action_text(uint32_t action,
			 char ret_text[SECCOMP_ACTION_TEXT_SIZE])
{
	int number = (int)(action & SECCOMP_RET_DATA);
	const char *name = strerrorname_np(number);

	if ((action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
		snprintf(ret_text, SECCOMP_ACTION_TEXT_SIZE, "%s",
			 action_word(action));
	else if (name)
		snprintf(ret_text, SECCOMP_ACTION_TEXT_SIZE, "fails with %s",
			 name);
	else
		snprintf(ret_text, SECCOMP_ACTION_TEXT_SIZE,
			 "fails with errno %d", number);
}
