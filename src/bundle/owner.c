/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/fileio.h"
#include "runtime/root.h"

struct process {
	char state;
	unsigned int threads;
	uint64_t start; /* in clock ticks since boot */
};

/* proc_pid_stat(5); the second field is a name, which can contain anything. */
static bool read_process(const char *path, struct process *ret_process)
{
	char text[1024];
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *name_end;

	if (len < 0)
		return false;
	text[len] = '\0';
	name_end = strrchr(text, ')');
	return name_end &&
	       sscanf(name_end + 1,
		      " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		      " %*s %*s %*s %u %*s %" SCNu64,
		      &ret_process->state, &ret_process->threads,
		      &ret_process->start) == 3;
}

void owner_set_process(struct record_about *about)
{
	struct process self;

	about->pid = (uint32_t)getpid();
	about->start = read_process("/proc/self/stat", &self) ? self.start : 0;
}

/* The main thread of a process can have ended before the others. */
static bool has_ended(const struct process *process)
{
	return (process->state == 'Z' || process->state == 'X') &&
	       process->threads <= 1;
}

/* Yes, if it cannot be found out. */
static bool is_running(const struct record_about *owner)
{
	struct process process;
	char path[32];

	if (!owner->pid || owner->pid > INT32_MAX ||
	    (kill((pid_t)owner->pid, 0) < 0 && errno == ESRCH))
		return false;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", owner->pid);
	if (!owner->start || !read_process(path, &process))
		return true;
	return process.start == owner->start && !has_ended(&process);
}

/* Early versions wrote the runtime's name if there was no --root. */
static bool has_state(const struct record_about *owner)
{
	struct err ignored;
	bool has = true;

	return owner->root && *owner->root == '/' &&
	       (runtime_root_has_container(owner->root, owner->id, &has,
					   &ignored) < 0 ||
		has);
}

bool owner_lives(const struct record_about *owner)
{
	return is_running(owner) || has_state(owner);
}

int owner_check(const struct record_about *owner, const char *root,
		const char *id, const char *remedy, struct err *err)
{
	if (root && id && owner->root && strcmp(root, owner->root) == 0 &&
	    strcmp(id, owner->id) == 0)
		return 0;
	if (!owner_lives(owner))
		return 0;
	return err_set(err, "bundle in use by container '%s' under '%s': %s",
		       owner->id, owner->root ? owner->root : "?", remedy);
}
