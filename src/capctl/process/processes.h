/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the privileges of the processes of this machine from /proc. Each
 * process is opened once as a directory, so that all its files belong to the
 * same process even if its pid is reused. Processes that end are skipped.
 *
 * Rests on: proc(5). The securebits of another process are not in /proc:
 * prctl(2) returns only those of the caller.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_PROCESSES_H
#define CAPRUNTIME_CAPCTL_PROCESS_PROCESSES_H

#include "capctl/process/cgroup.h"
#include "capctl/process/status.h"

struct process {
	struct procstatus status;
	char *container; /* id; NULL: not in a known container */
	uint64_t pid_namespace; /* inode number; 0: unreadable */
	bool is_thread; /* of status.tgid, with other privileges */
	bool main_has_exited; /* `status` is that of another thread */
};

/* A process that could not be read. */
struct process_error {
	uint32_t pid;
	int number; /* errno value */
};

struct processes {
	int proc; /* a descriptor of /proc */
	int cgroups; /* of /sys/fs/cgroup; -1: there is none */
	const struct cgroup_names *names; /* may be NULL; not owned */
	struct process *list; /* threads follow their process */
	size_t count;
	size_t size;
	struct process_error *errors;
	size_t errors_count;
};

#define PROCESSES_CGROUPS "/sys/fs/cgroup"

#define PROCESSES_INIT                                                         \
	{                                                                      \
		.proc = -1, .cgroups = -1                                      \
	}
#define CLEANUP_PROCESSES __attribute__((cleanup(processes_close)))

/*
 * `proc` is the mount point of procfs; the hierarchies of cgroups are in
 * `cgroups`. Close also on -1.
 */
int processes_open(struct processes *ret_processes, const char *proc,
		   const char *cgroups, const struct cgroup_names *names,
		   struct err *err) MUST_CHECK;
void processes_close(struct processes *processes);

/*
 * Adds one process, and those of its threads whose sets, ids, no_new_privs or
 * seccomp mode differ from it. If its main thread has exited, another thread
 * represents it, since the main thread holds nothing any more. With a thread id,
 * adds that thread. A missing process is recorded in `errors`. -1: out of memory.
 */
int processes_add(struct processes *processes, uint32_t pid,
		  struct err *err) MUST_CHECK;

/* The first one of this container that has not ended; NULL: there is none. */
const struct process *processes_find_of(const struct processes *processes,
					const char *container);

/* The cause, as it follows a colon in a message. */
const char *processes_reason(const struct process_error *error);

/*
 * The path of a file that the kernel empties when a main thread exits, such as
 * "cgroup" and "exe": that of another thread if the main one has exited. `proc`
 * is the mount point of procfs. The caller frees; NULL: out of memory.
 */
char *processes_file(const char *proc, uint32_t pid,
		     const char *name) MUST_CHECK;

/*
 * Adds all processes except kernel threads, in the order of /proc. Where the
 * processes of other users are hidden (proc(5), hidepid), process 1 is recorded
 * in `errors` with EACCES.
 */
int processes_add_all(struct processes *processes, struct err *err) MUST_CHECK;

#endif
