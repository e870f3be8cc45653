/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "capctl/process/cgroupfs.h"

/* A process may be in 65536 groups, all listed in its status. */
#define TEXT_MAX (1 << 20)
#define NAME_SIZE 32

int processes_open(struct processes *ret_processes, const char *proc,
		   const char *cgroups, const struct cgroup_names *names,
		   struct err *err)
{
	*ret_processes = (struct processes){ .names = names };
	ret_processes->cgroups =
		fileio_open(AT_FDCWD, cgroups, O_PATH | O_DIRECTORY, 0);
	ret_processes->proc =
		fileio_open(AT_FDCWD, proc, O_RDONLY | O_DIRECTORY, 0);
	if (ret_processes->proc < 0)
		return err_set_errno(err, errno, "'%s'", proc);
	return 0;
}

void processes_close(struct processes *processes)
{
	for (size_t i = 0; i < processes->count; i++)
		free(processes->list[i].container);
	free(processes->list);
	free(processes->errors);
	cleanup_fd(&processes->proc);
	cleanup_fd(&processes->cgroups);
}

static int add_process_error(struct processes *processes, uint32_t pid,
			     int number, struct err *err)
{
	struct process_error *list = reallocarray(
		processes->errors, processes->errors_count + 1, sizeof(*list));

	if (!list)
		return err_set_no_memory(err);
	list[processes->errors_count++] = (struct process_error){ pid, number };
	processes->errors = list;
	return 0;
}

/* NULL: out of memory. */
static struct process *add_process(struct processes *processes, struct err *err)
{
	struct process *list = alloc_room(processes->list, processes->count,
					  &processes->size, sizeof(*list));

	if (!list) {
		err_set_no_memory(err);
		return NULL;
	}
	processes->list = list;
	list[processes->count] = (struct process){ 0 };
	return &list[processes->count++];
}

/* Sets errno on -1; ESRCH: the process has ended. */
static int read_proc_text(int directory, const char *name, char **ret_text,
			  size_t *ret_len)
{
	int fd CLEANUP_FD = fileio_open(directory, name, O_RDONLY, 0);
	struct err ignored;

	if (fd < 0)
		return -1;
	errno = EFBIG;
	return fileio_read(fd, name, TEXT_MAX, ret_text, ret_len, &ignored);
}

static int read_status(int directory, const char *name,
		       struct procstatus *ret_status)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (read_proc_text(directory, name, &text, &len) < 0)
		return -1;
	procstatus_parse(ret_status, text, len);
	if (procstatus_is_whole(ret_status))
		return 0;
	errno = EBADMSG;
	return -1;
}

static bool is_ended_error(int number)
{
	return number == ENOENT || number == ESRCH;
}

/* The kernel may lack cgroups, or the process has ended: no container. */
static int read_container(struct processes *processes, int directory,
			  struct process *process, struct err *err)
{
	struct cgroup_search search = { .names = processes->names };
	char *text CLEANUP_FREE = NULL;
	struct cgroup_place place;
	bool found;

	if (read_proc_text(directory, "cgroup", &text, &search.len) < 0)
		return is_ended_error(errno)
			       ? 0
			       : add_process_error(processes,
						   process->status.pid, errno,
						   err);
	search.text = text;
	do
		found = cgroup_next(&search, &place);
	while (found && !cgroupfs_is_trusted(processes->cgroups, &place));
	if (!found)
		return 0;
	process->container = strndup(place.id, place.id_len);
	return process->container ? 0 : err_set_no_memory(err);
}

static uint64_t read_pid_namespace(int directory)
{
	struct stat st;

	return fstatat(directory, "ns/pid", &st, 0) == 0 ? st.st_ino : 0;
}

static bool holds_the_same(const struct procstatus *a,
			   const struct procstatus *b)
{
	return memcmp(&a->sets, &b->sets, sizeof(a->sets)) == 0 &&
	       memcmp(a->uid, b->uid, sizeof(a->uid)) == 0 &&
	       memcmp(a->gid, b->gid, sizeof(a->gid)) == 0 &&
	       a->no_new_privs == b->no_new_privs && a->seccomp == b->seccomp;
}

static int add_thread(struct processes *processes, size_t owner,
		      const struct procstatus *status, struct err *err)
{
	struct process *thread = add_process(processes, err);
	const struct process *process;

	if (!thread)
		return -1;
	process = &processes->list[owner];
	thread->status = *status;
	thread->pid_namespace = process->pid_namespace;
	thread->is_thread = true;
	if (!process->container)
		return 0;
	thread->container = strdup(process->container);
	return thread->container ? 0 : err_set_no_memory(err);
}

/* A pid or tid as procfs writes it; 0: not a number. */
static uint32_t parse_proc_pid(const char *name)
{
	uint64_t number = 0;

	if (*name == '0')
		return 0;
	for (; *name >= '0' && *name <= '9' && number < INT32_MAX; name++)
		number = number * 10 + (uint64_t)(*name - '0');
	return *name || number > INT32_MAX ? 0 : (uint32_t)number;
}

static int add_if_different(struct processes *processes, size_t owner,
			    int tasks, const char *name, struct err *err)
{
	const struct procstatus *process = &processes->list[owner].status;
	struct procstatus status;
	uint32_t tid = parse_proc_pid(name);
	char path[NAME_SIZE];

	if (!tid || tid == process->pid)
		return 0;
	snprintf(path, sizeof(path), "%u/status", tid);
	if (read_status(tasks, path, &status) < 0)
		return is_ended_error(errno)
			       ? 0
			       : add_process_error(processes, tid, errno, err);
	if (procstatus_is_dead(&status) || holds_the_same(process, &status))
		return 0;
	return add_thread(processes, owner, &status, err);
}

static DIR *open_entries(int directory, const char *name)
{
	return fileio_entries(
		fileio_open(directory, name, O_RDONLY | O_DIRECTORY, 0));
}

/* NULL at the end; ret_number is then 0, or the errno value. */
static struct dirent *next_proc_entry(DIR *entries, int *ret_number)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(entries);
	*ret_number = entry ? 0 : errno;
	return entry;
}

static int add_threads(struct processes *processes, size_t owner, int directory,
		       struct err *err)
{
	DIR *entries CLEANUP_DIR = open_entries(directory, "task");
	struct dirent *entry;
	int result = 0, number = errno;

	while (entries && result == 0 &&
	       (entry = next_proc_entry(entries, &number)))
		result = add_if_different(processes, owner, dirfd(entries),
					  entry->d_name, err);
	if (result < 0 || !number || is_ended_error(number))
		return result;
	return add_process_error(processes, processes->list[owner].status.pid,
				 number, err);
}

static bool is_live_thread(const struct procstatus *status)
{
	return !procstatus_is_dead(status) &&
	       !procstatus_has_only_other_threads(status);
}

/* Returns a descriptor of task/TID; -1: all have ended. */
static int find_live_thread(int directory, struct procstatus *ret_status)
{
	DIR *entries CLEANUP_DIR = open_entries(directory, "task");
	struct dirent *entry;
	int number;

	while (entries && (entry = next_proc_entry(entries, &number))) {
		int task CLEANUP_FD = -1;

		if (!parse_proc_pid(entry->d_name))
			continue;
		task = fileio_open(dirfd(entries), entry->d_name,
				   O_RDONLY | O_DIRECTORY, 0);
		if (task >= 0 && read_status(task, "status", ret_status) == 0 &&
		    is_live_thread(ret_status))
			return TAKE_FD(task);
	}
	return -1;
}

/*
 * Another thread represents a process whose main thread has exited. Returns as
 * find_live_thread().
 */
static int replace_main_thread(int directory, struct process *process)
{
	struct procstatus status;
	int task = find_live_thread(directory, &status);

	if (task < 0) {
		process->status.threads = 0;
		return -1;
	}
	status.pid = process->status.pid;
	process->status = status;
	process->main_has_exited = true;
	return task;
}

/* The kernel moves a thread that exits to the root of the cgroups. */
static int complete_process(struct processes *processes, int directory,
			    struct process *process, struct err *err)
{
	int task CLEANUP_FD = -1;

	process->is_thread = process->status.pid != process->status.tgid;
	process->pid_namespace = read_pid_namespace(directory);
	if (procstatus_has_only_other_threads(&process->status))
		task = replace_main_thread(directory, process);
	return read_container(processes, task < 0 ? directory : task, process,
			      err);
}

static int add_with_threads(struct processes *processes, int directory,
			    const struct procstatus *status, struct err *err)
{
	struct process *process = add_process(processes, err);
	size_t owner = processes->count - 1;

	if (!process)
		return -1;
	process->status = *status;
	if (complete_process(processes, directory, process, err) < 0)
		return -1;
	if (process->is_thread || status->threads <= 1)
		return 0;
	return add_threads(processes, owner, directory, err);
}

/* 1: the process does not exist. `any`: also a kernel thread. */
static int add_one(struct processes *processes, uint32_t pid, bool any,
		   struct err *err)
{
	int directory CLEANUP_FD = -1;
	struct procstatus status;
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "%u", pid);
	directory =
		fileio_open(processes->proc, name, O_RDONLY | O_DIRECTORY, 0);
	if (directory < 0 || read_status(directory, "status", &status) < 0)
		return is_ended_error(errno)
			       ? 1
			       : add_process_error(processes, pid, errno, err);
	if (!any && procstatus_is_kernel(&status))
		return 0;
	return add_with_threads(processes, directory, &status, err);
}

int processes_add(struct processes *processes, uint32_t pid, struct err *err)
{
	int result = add_one(processes, pid, true, err);

	return result <= 0 ? result
			   : add_process_error(processes, pid, ESRCH, err);
}

int processes_add_all(struct processes *processes, struct err *err)
{
	DIR *entries CLEANUP_DIR = open_entries(processes->proc, ".");
	bool seen_first = false;
	struct dirent *entry;
	int result = 0, number = 0;

	if (!entries)
		return err_set_errno(err, errno, "read the list of processes");
	while (result >= 0 && (entry = next_proc_entry(entries, &number))) {
		uint32_t pid = parse_proc_pid(entry->d_name);

		if (!pid)
			continue;
		seen_first |= pid == 1;
		result = add_one(processes, pid, false, err);
	}
	if (result < 0)
		return -1;
	if (number)
		return err_set_errno(err, number, "read the list of processes");
	return seen_first ? 0 : add_process_error(processes, 1, EACCES, err);
}

char *processes_file(const char *proc, uint32_t pid, const char *name)
{
	char *path CLEANUP_FREE = alloc_text("%s/%u", proc, pid);
	int directory CLEANUP_FD = -1, task CLEANUP_FD = -1;
	struct procstatus status;

	if (!path)
		return NULL;
	directory = fileio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (directory >= 0 && read_status(directory, "status", &status) == 0 &&
	    procstatus_has_only_other_threads(&status))
		task = find_live_thread(directory, &status);
	return task < 0 ? alloc_text("%s/%s", path, name)
			: alloc_text("%s/task/%u/%s", path, status.pid, name);
}

const struct process *processes_find_of(const struct processes *processes,
					const char *container)
{
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process = &processes->list[i];

		if (process->container &&
		    strcmp(process->container, container) == 0 &&
		    !procstatus_is_dead(&process->status))
			return process;
	}
	return NULL;
}

const char *processes_reason(const struct process_error *error)
{
	if (error->number == ESRCH)
		return "no such process";
	if (error->number == EBADMSG)
		return "unexpected format of its status in /proc";
	return err_reason(error->number);
}
