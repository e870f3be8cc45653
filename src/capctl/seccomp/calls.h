/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system calls a capability is good for: those that ask for it, with
 * arguments that do. Only calls without which the capability is of little
 * use; what it allows by way of plain files is told apart. Whether a
 * container may make them is seccomp_closed.h.
 *
 * Rests on: capabilities(7); the kernel's calls of capable() and ns_capable().
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_CALLS_H
#define CAPRUNTIME_CAPCTL_SECCOMP_CALLS_H

#include "caps/set.h"

/* No capability has more. */
#define CAP_SYSCALLS_MAX 32

struct cap_syscall {
	const char *name; /* as libseccomp knows it */
	const char *shown; /* with the arguments, where those count */
	uint64_t args[6]; /* a call that needs the capability */
};

struct cap_syscalls {
	int capability;
	bool all; /* of no use without every one; else without any of them */
	const char
		*besides; /* what it is good for without them; NULL: nothing */
	size_t count;
	const struct cap_syscall *calls;
};

/* `capability` is one bit. NULL: no call of its own. */
const struct cap_syscalls *cap_syscalls_of(capmask capability);

#endif
