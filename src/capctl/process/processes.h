/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processes of this machine hold, by walking /proc: each opened once
 * as a directory, so that a pid given to another process between two looks is
 * noticed. Processes that end meanwhile are passed over.
 *
 * Rests on: proc(5). Securebits are in no file of another process: prctl(2)
 * tells them to the process itself alone.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_PROCESSES_H
#define CAPRUNTIME_CAPCTL_PROCESS_PROCESSES_H

#include "capctl/process/cgroup.h"
#include "capctl/process/status.h"

struct process {
	struct procstatus status;
	char *container; /* its id; NULL: in none that we recognise */
	uint64_t pid_namespace; /* 0: not told to us */
	bool is_thread; /* of status.tgid, and holding something else */
};

/* Where we could not look. */
struct process_error {
	uint32_t pid;
	int number; /* errno's */
};

struct processes {
	int proc; /* a descriptor of /proc */
	const struct cgroup_names *names; /* may be NULL; not owned */
	struct process *list; /* a process's threads stand behind it */
	size_t count;
	size_t size;
	struct process_error *troubles;
	size_t troubles_count;
};

#define CLEANUP_PROCESSES __attribute__((cleanup(processes_close)))

/* `proc` is where procfs is mounted. Close it, also on -1. */
int processes_open(struct processes *ret_processes, const char *proc,
		   const struct cgroup_names *names,
		   struct err *err) MUST_CHECK;
void processes_close(struct processes *processes);

/*
 * Adds one process or, with a thread's number, that thread, and those of its
 * threads that hold other sets, ids, no_new_privs or seccomp than itself. That
 * it is not there is one of the troubles. -1: out of memory.
 */
int processes_add(struct processes *processes, uint32_t pid,
		  struct err *err) MUST_CHECK;

/* Half a sentence. */
const char *processes_reason(const struct process_error *trouble);

/*
 * All of them but the kernel's own, in the order of /proc. Where others'
 * processes are hidden from us (proc(5), hidepid) process 1 is a trouble.
 */
int processes_add_all(struct processes *processes, struct err *err) MUST_CHECK;

#endif
