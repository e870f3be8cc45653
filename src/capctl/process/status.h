/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc/PID/status says of a process or thread that concerns its
 * privileges: text in, struct out. It opens nothing, that is processes.h.
 * Lines that it does not know are passed over; one that is missing, or not as
 * the kernel writes it, is told by `have`.
 *
 * Rests on: proc_pid_status(5) (proc(5)); the kernel's fs/proc/array.c.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_STATUS_H
#define CAPRUNTIME_CAPCTL_PROCESS_STATUS_H

#include "caps/set.h"

/* A longer name, which no kernel gives, is cut. */
#define PROCSTATUS_NAME_SIZE 128

enum procstatus_line {
	PROCSTATUS_NAME,
	PROCSTATUS_STATE,
	PROCSTATUS_TGID,
	PROCSTATUS_PID,
	PROCSTATUS_PPID,
	PROCSTATUS_UID,
	PROCSTATUS_GID,
	PROCSTATUS_CAP_INH,
	PROCSTATUS_CAP_PRM,
	PROCSTATUS_CAP_EFF,
	PROCSTATUS_CAP_BND,
	PROCSTATUS_CAP_AMB,
	PROCSTATUS_NO_NEW_PRIVS,
	PROCSTATUS_SECCOMP, /* a kernel without seccomp writes none */
	PROCSTATUS_THREADS,
	PROCSTATUS_KTHREAD, /* newer kernels only */
	PROCSTATUS_VM_SIZE, /* not for kernel threads and the dead */
	PROCSTATUS_LINE_COUNT
};

/* The order of the four numbers in Uid and Gid. */
enum procstatus_id {
	PROCSTATUS_REAL,
	PROCSTATUS_EFFECTIVE,
	PROCSTATUS_SAVED,
	PROCSTATUS_FILESYSTEM,
	PROCSTATUS_ID_COUNT
};

struct procstatus {
	unsigned int have; /* bit N: line N was there and made sense */
	char name[PROCSTATUS_NAME_SIZE]; /* any bytes, as the process set it */
	char state; /* 'R', 'S', 'Z' … */
	uint32_t tgid;
	uint32_t pid; /* a thread's own, in status of task/ */
	uint32_t ppid;
	uint32_t uid[PROCSTATUS_ID_COUNT];
	uint32_t gid[PROCSTATUS_ID_COUNT];
	struct capsets sets;
	bool no_new_privs;
	uint32_t seccomp; /* 0 none, 1 strict, 2 filter */
	uint32_t threads; /* 1: it has no further ones */
	bool kthread; /* what the line says; see procstatus_is_kernel() */
};

void procstatus_parse(struct procstatus *ret_status, const char *text,
		      size_t len);

/* Whether all that every kernel since 4.10 writes was there. */
bool procstatus_is_whole(const struct procstatus *status);

/* A thread of the kernel's own: it holds everything, and means nothing. */
bool procstatus_is_kernel(const struct procstatus *status);

/* It ended, and waits for its parent to notice. */
bool procstatus_is_dead(const struct procstatus *status);

#endif
