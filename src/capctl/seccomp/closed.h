/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the system calls that a capability is good for (capcalls.h) a
 * container's seccomp filter (seccomp_profile.h) keeps closed: a capability
 * that is raised is of no use where its calls fail all the same.
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_CLOSED_H
#define CAPRUNTIME_CAPCTL_SECCOMP_CLOSED_H

#include "capctl/seccomp/calls.h"
#include "capctl/seccomp/profile.h"

enum seccomp_closing {
	SECCOMP_OPEN, /* or no call of its own */
	SECCOMP_PARTLY, /* some are closed, it is good for something yet */
	SECCOMP_CLOSED, /* the capability is of no use */
};

struct seccomp_closed_call {
	const struct cap_syscall *call;
	uint32_t action; /* SECCOMP_RET_… with its data */
};

struct seccomp_closed {
	enum seccomp_closing closing;
	const char *besides; /* what is left; NULL: nothing */
	size_t count;
	struct seccomp_closed_call calls[CAP_SYSCALLS_MAX];
};

/*
 * `capability` is one bit; `profile` may be NULL. Calls that this machine's
 * architecture does not have do not count.
 */
void seccomp_closed(const struct seccomp_profile *profile, capmask capability,
		    struct seccomp_closed *ret_closed);

/* Does the call fail? Where an agent or a tracer decides: no. */
bool seccomp_action_closes(uint32_t action);

#define SECCOMP_ACTION_TEXT_SIZE 32

/* "fails with EPERM", "kills the process" …; for messages. */
void seccomp_action_text(uint32_t action,
			 char ret_text[SECCOMP_ACTION_TEXT_SIZE]);

#endif
