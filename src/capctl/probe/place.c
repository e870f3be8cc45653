/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/place.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"

#define FILE_SYSTEM "capctl-probe" /* as /proc/mounts names it */
#define DIRECTORY "probe" /* no name of a link */
#define CGROUPS "/sys/fs/cgroup"
#define OPTIONS "mode=0700,size=64m"

/* As capruntime makes it, when a rule with "exec" is first used. */
static int make_state_directory(struct err *err)
{
	if ((mkdir(paths_run_dir, 0755) < 0 && errno != EEXIST) ||
	    (mkdir(paths_state_dir, 0700) < 0 && errno != EEXIST))
		return err_set_errno(err, errno, "make '%s'", paths_state_dir);
	return 0;
}

int place_enter(struct err *err)
{
	char *path CLEANUP_FREE = place_path("");

	if (!path)
		return err_set_no_memory(err);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_set_errno(
			err, errno,
			"mount namespace (run it as root with CAP_SYS_ADMIN, outside of containers)");
	/* The runtime makes directories for a user of the container. */
	umask(022);
	if (make_state_directory(err) < 0)
		return -1;
	if (mount(FILE_SYSTEM, paths_state_dir, "tmpfs", MS_NOSUID | MS_NODEV,
		  OPTIONS) < 0)
		return err_set_errno(err, errno, "mount a tmpfs on '%s'",
				     paths_state_dir);
	return place_make_directory(path, err);
}

char *place_path(const char *name)
{
	return alloc_text("%s/" DIRECTORY "%s%s", paths_state_dir,
			  *name ? "/" : "", name);
}

int place_make_directory(const char *path, struct err *err)
{
	if (mkdir(path, 0755) < 0)
		return err_set_errno(err, errno, "make '%s'", path);
	return 0;
}

static int write_place(const char *path, int flags, const char *text,
		       struct err *err)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_WRONLY | flags, 0600);

	if (fd < 0 || fileio_write(fd, PIECES_OF(text, strlen(text))) < 0)
		return err_set_errno(err, errno, "write '%s'", path);
	return 0;
}

int place_write(const char *path, const char *text, struct err *err)
{
	return write_place(path, O_CREAT | O_EXCL, text, err);
}

int place_rewrite(const char *path, const char *text, struct err *err)
{
	return write_place(path, O_TRUNC, text, err);
}

int place_cover_policy(const char *path, struct err *err)
{
	if (access(paths_policy_file, F_OK) == 0 &&
	    mount(path, paths_policy_file, NULL, MS_BIND, NULL) < 0)
		return err_set_errno(err, errno, "mount over '%s'",
				     paths_policy_file);
	if (access(paths_policy_dir, F_OK) == 0 &&
	    mount(FILE_SYSTEM, paths_policy_dir, "tmpfs", MS_RDONLY,
		  "mode=0755") < 0)
		return err_set_errno(err, errno, "mount over '%s'",
				     paths_policy_dir);
	return 0;
}

bool place_holds(const char *path, const char *text)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	char *found CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;

	return fd >= 0 &&
	       fileio_read(fd, path, strlen(text), &found, &len, &ignored) ==
		       0 &&
	       strcmp(found, text) == 0;
}

bool place_has_links(void)
{
	DIR *entries CLEANUP_DIR = fileio_entries(fileio_open(
		AT_FDCWD, paths_state_dir, O_RDONLY | O_DIRECTORY, 0));
	struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (entry->d_name[0] != '.' &&
		    strcmp(entry->d_name, DIRECTORY) != 0)
			return true;
	return false;
}

/* A plain directory, for example in a tmpfs, is no cgroup. */
static bool is_cgroup(const char *path)
{
	struct statfs mount;

	return statfs(path, &mount) == 0 &&
	       (mount.f_type == CGROUP2_SUPER_MAGIC ||
		mount.f_type == CGROUP_SUPER_MAGIC);
}

/* NULL: it is not there. */
static char *remove_in(const char *hierarchy, const char *name)
{
	char *path CLEANUP_FREE = alloc_text(CGROUPS "/%s%s%s", hierarchy,
					     *hierarchy ? "/" : "", name);

	if (!path || !is_cgroup(path))
		return NULL;
	rmdir(path);
	return TAKE_PTR(path);
}

char *place_remove_cgroup(const char *name)
{
	DIR *entries CLEANUP_DIR = fileio_entries(
		fileio_open(AT_FDCWD, CGROUPS, O_RDONLY | O_DIRECTORY, 0));
	char *found = remove_in("", name);
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		char *other = entry->d_name[0] == '.'
				      ? NULL
				      : remove_in(entry->d_name, name);

		if (found)
			free(other);
		else
			found = other;
	}
	return found;
}
