/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/target.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "capctl/learn/options.h"
#include "capctl/learn/process.h"
#include "capctl/lookup.h"
#include "capctl/process/processes.h"

#define TICK_NS (20L * 1000 * 1000)
#define PATIENCE_TICKS 250
#define OUTPUT 1
#define ERRORS 2

#define CLEANUP_LAUNCHER __attribute__((cleanup(launcher_cleanup)))

static void launcher_cleanup(const cap_launch_t *launcher)
{
	if (*launcher)
		cap_free(*launcher);
}

/* In the child, before its execve. libcap ends it on -1, and passes errno. */
static int enter_record(void *detail)
{
	const struct recorder *recorder = detail;
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, recorder_pid_file(recorder),
					O_WRONLY | O_APPEND, 0);
	char pid[16];
	sigset_t none;
	int len = snprintf(pid, sizeof(pid), "%d", getpid());

	sigemptyset(&none);
	if (fd < 0 || dup2(ERRORS, OUTPUT) < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) < 0 ||
	    write(fd, pid, (size_t)len) != len)
		return -1;
	return 0;
}

static int set_user(cap_launch_t launcher, const struct target_user *user,
		    struct err *err)
{
	if (!user->is_set)
		return 0;
	if (cap_launcher_setgroups(launcher, user->gid, 0, NULL) < 0 ||
	    cap_launcher_setuid(launcher, user->uid) < 0)
		return err_set_errno(err, errno, "become user %" PRIu32,
				     user->uid);
	return 0;
}

int target_start(struct target *ret_target, char **command,
		 const struct target_user *user, struct recorder *recorder,
		 struct learn_tally *tally, struct err *err)
{
	char *program CLEANUP_FREE = lookup_program(command[0], err);
	cap_launch_t launcher CLEANUP_LAUNCHER = NULL;

	*ret_target = (struct target){ .is_child = true };
	if (!program)
		return -1;
	launcher = cap_new_launcher(program, (const char *const *)command,
				    (const char *const *)environ);
	if (!launcher)
		return err_set_no_memory(err);
	cap_launcher_callback(launcher, enter_record);
	if (set_user(launcher, user, err) < 0)
		return -1;
	ret_target->pid = cap_launch(launcher, recorder);
	if (ret_target->pid <= 0)
		return err_set(err, "start '%s': it cannot be executed",
			       command[0]);
	return learn_tally_watch(tally, ret_target->pid, program, false, err);
}

static void read_program(int32_t pid, char ret_program[LEARN_NAME_SIZE])
{
	char *path CLEANUP_FREE = processes_file("/proc", (uint32_t)pid, "exe");
	ssize_t len =
		path ? readlink(path, ret_program, LEARN_NAME_SIZE - 1) : -1;

	ret_program[len < 0 ? 0 : len] = '\0';
}

/*
 * Is it a runtime that is yet to execute the container's program? runc's is a
 * memfd, or is called as the file from which it was made; crun's can be a file that
 * is mounted nowhere, whose path is "/".
 */
static bool is_runtime(const char *program)
{
	const char *name = strrchr(program, '/');

	name = name ? name + 1 : program;
	return strcmp(program, "/") == 0 || strncmp(name, "runc", 4) == 0 ||
	       strncmp(name, "crun", 4) == 0 ||
	       strstr(program, "memfd:runc_cloned") == program + 1;
}

/* *ret_new: how many were not known before. A thread may end meanwhile. */
static int attach_threads(const char *tasks, const char *program,
			  struct recorder *recorder, struct learn_tally *tally,
			  size_t *ret_new, struct err *err)
{
	DIR *directory CLEANUP_DIR = opendir(tasks);
	struct dirent *entry;
	int32_t tid;

	*ret_new = 0;
	while (directory && (entry = readdir(directory))) {
		if (!learn_pid_parse(entry->d_name, &tid) ||
		    learn_tally_knows(tally, tid))
			continue;
		if (recorder_add(recorder, tid, err) < 0 &&
		    err->number != ESRCH)
			return -1;
		if (learn_tally_watch(tally, tid, program, !is_runtime(program),
				      err) < 0)
			return -1;
		++*ret_new;
	}
	return 0;
}

static int attach_process(int32_t pid, struct recorder *recorder,
			  struct learn_tally *tally, struct err *err)
{
	char tasks[64], program[LEARN_NAME_SIZE];
	size_t count = 1;

	snprintf(tasks, sizeof(tasks), "/proc/%" PRId32 "/task", pid);
	read_program(pid, program);
	/* A thread that is not yet recorded can start another one. */
	while (count)
		if (attach_threads(tasks, program, recorder, tally, &count,
				   err) < 0)
			return -1;
	return 0;
}

int target_attach(struct target *ret_target, int32_t pid,
		  struct recorder *recorder, struct learn_tally *tally,
		  struct err *err)
{
	*ret_target =
		(struct target){ .pid = pid,
				 .start = learn_process_start((uint32_t)pid) };
	if (!ret_target->start)
		return err_set(err, "no process %" PRId32, pid);
	return attach_process(pid, recorder, tally, err);
}

static int attach_if_member(int32_t pid, const struct target_member *members,
			    size_t count, struct recorder *recorder,
			    struct err *err)
{
	struct learn_place place CLEANUP_LEARN_PLACE = learn_place_read(pid);
	enum learn_belonging surest = LEARN_OUTSIDE;
	struct learn_tally *tally = NULL;

	for (size_t i = 0; i < count; i++) {
		enum learn_belonging belonging =
			learn_container_has(members[i].container, &place);

		if (belonging <= surest)
			continue;
		surest = belonging;
		tally = members[i].tally;
	}
	return tally ? attach_process(pid, recorder, tally, err) : 0;
}

int target_attach_others(const struct target_member *members, size_t count,
			 struct recorder *recorder, struct err *err)
{
	DIR *directory CLEANUP_DIR = opendir("/proc");
	struct dirent *entry;
	int32_t pid;

	if (!directory)
		return err_set_errno(err, errno, "'/proc'");
	while ((entry = readdir(directory)))
		if (learn_pid_parse(entry->d_name, &pid) &&
		    !learn_tally_knows(members->tally, pid) &&
		    attach_if_member(pid, members, count, recorder, err) < 0)
			return -1;
	return 0;
}

int target_attach_container(struct target *ret_target,
			    const struct target_member *member,
			    struct recorder *recorder, struct err *err)
{
	if (target_attach(ret_target, member->container->first.pid, recorder,
			  member->tally, err) < 0)
		return -1;
	return target_attach_others(member, 1, recorder, err);
}

bool target_is_over(struct target *target)
{
	if (target->has_ended)
		return true;
	if (target->is_child)
		target->has_ended = waitpid(target->pid, &target->status,
					    WNOHANG) == target->pid;
	else
		target->has_ended =
			learn_process_start((uint32_t)target->pid) !=
			target->start;
	return target->has_ended;
}

void target_stop(struct target *target)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };

	if (!target->is_child || target->pid <= 0 || target_is_over(target))
		return;
	kill(target->pid, SIGTERM);
	for (int i = 0; i < PATIENCE_TICKS && !target_is_over(target); i++)
		nanosleep(&tick, NULL);
	if (target->has_ended)
		return;
	kill(target->pid, SIGKILL);
	target->has_ended =
		waitpid(target->pid, &target->status, 0) == target->pid;
}
