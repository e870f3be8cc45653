/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls that need a capability, with arguments that do. Only calls
 * without which the capability is of little use are listed; `besides` names
 * what else it allows. closed.h says which of them a container can make.
 *
 * Rests on: capabilities(7); the kernel's calls of capable() and ns_capable().
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_CALLS_H
#define CAPRUNTIME_CAPCTL_SECCOMP_CALLS_H

#include "caps/set.h"

/* At most this many for one capability. */
#define CAP_SYSCALLS_MAX 32

struct cap_syscall {
	const char *name; /* as libseccomp knows it */
	const char *shown; /* with the arguments that matter */
	uint64_t args[6]; /* with which it needs the capability */
};

struct cap_syscalls {
	int capability;
	bool all; /* useless if one is blocked; else if all are */
	const char *besides; /* its other uses; NULL: none */
	size_t count;
	const struct cap_syscall *calls;
};

/* `capability` is one bit. NULL: no system call needs it. */
const struct cap_syscalls *cap_syscalls_of(capmask capability);

#endif
