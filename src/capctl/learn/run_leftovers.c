/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/run_leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "capctl/learn/process.h"
#include "capctl/process/containers.h"
#include "capctl/restore/restore.h"

/* In another PID namespace, the number may be that of another process. */
static bool is_of_killed(const struct bundle_run *run, const char *name)
{
	struct run_owner owner;

	return run_name_parse(name, &owner) &&
	       owner.namespace == run->owner.namespace &&
	       learn_process_start(owner.pid) != owner.start;
}

static void remove_container(const struct bundle_run *run,
			     const struct container *container)
{
	char *bundle = container->state.bundle;
	struct bundle_run left = {
		.installed = run->installed,
		.root = container->root,
		.bundle = bundle ? bundle : container->id,
		.output = run->output,
	};
	struct err ignored;

	snprintf(left.id, sizeof(left.id), "%s", container->id);
	if (bundle_run_remove(&left, &ignored) < 0 || !bundle ||
	    restore_config(bundle, &ignored) < 0)
		return;
}

static void remove_containers(const struct bundle_run *run)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err ignored;

	/* Those that could be read. */
	if (containers_find(&found, run->root, NULL, &ignored) < 0)
		ignored = (struct err){ 0 };
	for (size_t i = 0; i < found.count; i++)
		if (is_of_killed(run, found.list[i].id))
			remove_container(run, &found.list[i]);
}

/* Anybody can make a directory of that name; only its owner can rename it. */
static void remove_directory(int above, const char *name)
{
	int fd CLEANUP_FD = fileio_open(above, name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	for (size_t i = 0; i < BUNDLE_RUN_FILES; i++)
		unlinkat(fd, bundle_run_file(i), 0);
	unlinkat(above, name, AT_REMOVEDIR);
}

void run_leftovers_remove(const struct bundle_run *run)
{
	DIR *directory CLEANUP_DIR = opendir(bundle_run_where());
	struct dirent *entry;

	remove_containers(run);
	while (directory && (entry = readdir(directory)))
		if (is_of_killed(run, entry->d_name))
			remove_directory(dirfd(directory), entry->d_name);
}
