/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system calls of a capability (calls.h) a container's seccomp profile
 * (profile.h) blocks. A raised capability has no effect if its calls fail.
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_CLOSED_H
#define CAPRUNTIME_CAPCTL_SECCOMP_CLOSED_H

#include "capctl/seccomp/calls.h"
#include "capctl/seccomp/profile.h"

enum seccomp_closing {
	SECCOMP_OPEN, /* none is blocked, or no call needs it */
	SECCOMP_PARTLY, /* some are blocked */
	SECCOMP_CLOSED, /* the capability has no effect */
};

struct seccomp_closed_call {
	const struct cap_syscall *call;
	uint32_t action; /* a SECCOMP_RET_ value with its data */
};

struct seccomp_closed {
	enum seccomp_closing closing;
	const char *besides; /* other uses of the capability; NULL: none */
	size_t count;
	struct seccomp_closed_call calls[CAP_SYSCALLS_MAX];
};

/*
 * `capability` is one bit; `profile` may be NULL. Calls that this machine's
 * architecture lacks are ignored.
 */
void seccomp_closed(const struct seccomp_profile *profile, capmask capability,
		    struct seccomp_closed *ret_closed);

/* Does the call fail? Not if an agent or a tracer decides. */
bool seccomp_action_closes(uint32_t action);

#define SECCOMP_ACTION_TEXT_SIZE 32

/* "fails with EPERM", "kills the process" …; for messages. */
void seccomp_action_text(uint32_t action,
			 char ret_text[SECCOMP_ACTION_TEXT_SIZE]);

#endif
