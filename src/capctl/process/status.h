/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses the lines of /proc/PID/status about the privileges of a process or
 * thread: text in, struct out. Opens nothing; processes.h does. Unknown lines
 * are skipped; `have` has no bit for a line that is missing or malformed.
 *
 * Rests on: proc_pid_status(5) (proc(5)); the kernel's fs/proc/array.c.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_STATUS_H
#define CAPRUNTIME_CAPCTL_PROCESS_STATUS_H

#include "caps/set.h"

/* Longer names are cut; no kernel writes one. */
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
	PROCSTATUS_VM_SIZE, /* missing for kernel threads and zombies */
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
	unsigned int have; /* bit N: line N is present and valid */
	char name[PROCSTATUS_NAME_SIZE]; /* any bytes, as the process set it */
	char state; /* 'R', 'S', 'Z' … */
	uint32_t tgid;
	uint32_t pid; /* in task/TID/status: the thread id */
	uint32_t ppid;
	uint32_t uid[PROCSTATUS_ID_COUNT];
	uint32_t gid[PROCSTATUS_ID_COUNT];
	struct capsets sets;
	bool no_new_privs;
	uint32_t seccomp; /* 0 none, 1 strict, 2 filter */
	uint32_t threads;
	bool kthread; /* the Kthread line; see procstatus_is_kernel() */
};

void procstatus_parse(struct procstatus *ret_status, const char *text,
		      size_t len);

/* "CapEff" and such: is it the key of a set's line, and of which set? */
bool procstatus_is_set(const char *key, size_t len, enum capset_which *ret_set);

/* Has all lines that every kernel since 4.10 writes. */
bool procstatus_is_whole(const struct procstatus *status);

/* A kernel thread: it holds all capabilities, which means nothing. */
bool procstatus_is_kernel(const struct procstatus *status);

/*
 * The main thread has exited and other threads run. The kernel then reports the
 * process as a zombie, with the sets that the main thread had at its end.
 */
bool procstatus_has_only_other_threads(const struct procstatus *status);

/* A process, or thread, that has ended. */
bool procstatus_is_dead(const struct procstatus *status);

#endif
