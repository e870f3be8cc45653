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
#include "base/procstat.h"
#include "runtime/root.h"

/* 0: it cannot be found out. */
static uint64_t read_start_time(const char *path, bool *ret_has_ended)
{
	char text[1024];
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (len < 0)
		return 0;
	text[len] = '\0';
	*ret_has_ended = procstat_has_ended(text);
	return procstat_start_time(text);
}

void owner_set_process(struct record_about *about)
{
	bool ignored;

	about->pid = (uint32_t)getpid();
	about->start = read_start_time("/proc/self/stat", &ignored);
}

bool owner_runs(const struct record_about *owner)
{
	uint64_t start;
	char path[32];
	bool has_ended;

	if (!owner->pid || owner->pid > INT32_MAX ||
	    (kill((pid_t)owner->pid, 0) < 0 && errno == ESRCH))
		return false;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", owner->pid);
	start = read_start_time(path, &has_ended);
	return !owner->start || !start || (start == owner->start && !has_ended);
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
	return owner_runs(owner) || has_state(owner);
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
