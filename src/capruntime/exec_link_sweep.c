/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "bundle/owner.h"

static size_t count_entries(DIR *entries)
{
	size_t count = 0;

	while (readdir(entries))
		count++;
	rewinddir(entries);
	return count;
}

/*
 * Is it the link of a container that exists under this root? True if that cannot be
 * told.
 */
static bool has_owner(const char *root, const char *link)
{
	int fd = fileio_open(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0);
	DIR *entries CLEANUP_DIR = NULL;
	struct dirent *entry;
	char owner[EXEC_LINK_NAME_SIZE];

	if (fd < 0)
		return errno != ENOENT && errno != ENOTDIR;
	entries = fileio_entries(fd);
	if (!entries)
		return true;
	while ((entry = readdir(entries))) {
		exec_link_name(root, entry->d_name, owner);
		if (strcmp(owner, link) == 0)
			return true;
	}
	return false;
}

/* As in a mount namespace with a /run of its own. */
static bool is_hidden(const char *root)
{
	return *root == '/' && access(root, F_OK) < 0;
}

/*
 * The record can be that of a later container in the same bundle. One that
 * cannot be read keeps its link, as does one whose root cannot be seen. One that is
 * missing does not say its root, so `root` is asked: the bundle of a container that
 * lives can be moved or be in another mount namespace.
 */
static bool is_stale(int directory, const char *name, const char *target,
		     const char *root)
{
	struct record record CLEANUP_RECORD = { 0 };
	char owner[EXEC_LINK_NAME_SIZE];
	struct stat st;
	struct err ignored;

	if (fstatat(directory, name, &st, 0) < 0)
		return errno == ENOENT && !has_owner(root, name);
	if (exec_link_read_file(target, &record, &ignored) < 0 ||
	    !record.about.root || !record.about.id ||
	    is_hidden(record.about.root))
		return false;
	exec_link_name(record.about.root, record.about.id, owner);
	if (strcmp(owner, name) != 0)
		return !has_owner(record.about.root, name);
	return *record.about.root == '/' && !owner_lives(&record.about);
}

static void remove_stale(int directory, const char *name, const char *root)
{
	char target[PATH_SIZE];
	ssize_t len = readlinkat(directory, name, target, sizeof(target) - 1);

	if (len < 0)
		return;
	target[len] = '\0';
	if (is_stale(directory, name, target, root))
		unlinkat(directory, name, 0);
}

/*
 * Older versions put a link aside under a dot before they removed it, and can
 * have been killed then.
 */
static void put_back(int directory, const char *aside)
{
	struct stat st;

	if (fstatat(directory, aside + 1, &st, AT_SYMLINK_NOFOLLOW) == 0)
		unlinkat(directory, aside, 0);
	else
		renameat(directory, aside, directory, aside + 1);
}

static void sweep_entry(int directory, const char *name, const char *root)
{
	bool aside = *name == '.';

	if (strspn(name + aside, "0123456789abcdef") !=
		    EXEC_LINK_NAME_SIZE - 1 ||
	    name[aside + EXEC_LINK_NAME_SIZE - 1])
		return;
	if (aside)
		put_back(directory, name);
	remove_stale(directory, name + aside, root);
}

/*
 * Starts where the hash says, so that repeated sweeps reach every link. Its stack
 * is used only if there is a directory.
 */
static __attribute__((noinline)) void sweep_entries(DIR *entries,
						    const struct exec_key *key)
{
	uint64_t hash = exec_link_hash(key->root, key->id);
	size_t count = count_entries(entries);
	size_t skip = count > EXEC_LINK_SWEEP_MAX
			      ? hash % (count - EXEC_LINK_SWEEP_MAX + 1)
			      : 0;
	size_t last = skip + EXEC_LINK_SWEEP_MAX;
	struct dirent *entry;

	for (size_t i = 0; i < last; i++) {
		entry = readdir(entries);
		if (!entry)
			return;
		if (i >= skip)
			sweep_entry(dirfd(entries), entry->d_name, key->root);
	}
}

bool exec_link_sweep(const struct exec_key *key)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
	char path[PATH_SIZE];
	struct err ignored;
	DIR *entries CLEANUP_DIR = NULL;
	int fd;

	if (exec_link_directory(path, &ignored) < 0)
		return true;
	fd = fileio_open(AT_FDCWD, path, flags, 0);
	if (fd < 0 && errno == ENOENT)
		return false;
	entries = fileio_entries(fd);
	/* Without the lock, a create could replace a link that looked stale. */
	if (entries && flock(dirfd(entries), LOCK_EX | LOCK_NB) == 0)
		sweep_entries(entries, key);
	return true;
}
