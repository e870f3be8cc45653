/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fileio.h"
#include "base/paths.h"
#include "base/trust.h"

#define NAME "/capruntime"
#define PRIVATE_MODE 0700
#define SHARED_MODE 0755
#define HASH_SIZE 17

/* A path that is too long is left relative: no runtime can use it. */
static const char *make_absolute(const char *root, char text[PATH_SIZE])
{
	size_t len, room;

	if (!getcwd(text, PATH_SIZE))
		return root;
	len = strlen(text);
	room = PATH_SIZE - len;
	return snprintf(text + len, room, "/%s", root) < (int)room ? text
								   : root;
}

void exec_key_init(struct exec_key *ret_key, const char *root, const char *id,
		   const char *runtime)
{
	ret_key->id = id;
	if (!root || !*root)
		ret_key->root = basename(runtime);
	else if (*root == '/')
		ret_key->root = root;
	else
		ret_key->root = make_absolute(root, ret_key->text);
}

/*
 * FNV-1a, including the terminating NUL, which separates root from id. On a
 * collision the root and id in the record decide.
 */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (;; text++) {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
		if (!*text)
			return hash;
	}
}

static uint64_t hash_key(const struct exec_key *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	return hash_text(hash_text(hash, key->root), key->id);
}

static void name_link(const struct exec_key *key, char ret_name[HASH_SIZE])
{
	snprintf(ret_name, HASH_SIZE, "%016" PRIx64, hash_key(key));
}

/*
 * Outside of root's initial user namespace: the user's runtime directory, if
 * set. Allocates nothing: every exec comes here, and most find no link.
 */
static int directory_path(char ret_path[PATH_SIZE], struct err *err)
{
	const char *base = secure_getenv("XDG_RUNTIME_DIR");

	if (!base || *base != '/' || trust_is_first_root())
		base = paths_run_dir;
	if (snprintf(ret_path, PATH_SIZE, "%s%s", base, NAME) < PATH_SIZE)
		return 0;
	return err_set_errno(err, ENAMETOOLONG, "'%s'", base);
}

static int link_path(const struct exec_key *key, char ret_path[PATH_SIZE],
		     struct err *err)
{
	size_t len;

	if (directory_path(ret_path, err) < 0)
		return -1;
	len = strlen(ret_path);
	if (len + 1 + HASH_SIZE > PATH_SIZE)
		return err_set_errno(err, ENAMETOOLONG, "'%s'", ret_path);
	ret_path[len] = '/';
	name_link(key, ret_path + len + 1);
	return 0;
}

static int make_directories(char *path, struct err *err)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, SHARED_MODE) < 0 && errno != EEXIST)
			return err_set_errno(err, errno, "make '%s'", path);
		*at = '/';
	}
	if (mkdir(path, PRIVATE_MODE) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "make '%s'", path);
	return 0;
}

static int open_link_directory(const char *path, int *ret_fd, struct err *err)
{
	if (trust_open_directory(path, ret_fd, err) < 0)
		return -1;
	return *ret_fd < 0 ? err_set_errno(err, ENOENT, "'%s'", path) : 0;
}

int exec_link_make(const struct exec_key *key, const char *record_path,
		   struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE], name[HASH_SIZE];

	if (directory_path(path, err) < 0 || make_directories(path, err) < 0 ||
	    open_link_directory(path, &directory, err) < 0)
		return -1;
	name_link(key, name);
	unlinkat(directory, name, 0);
	if (symlinkat(record_path, directory, name) < 0)
		return err_set_errno(err, errno, "make the link '%s/%s'", path,
				     name);
	return 0;
}

void exec_link_remove(const struct exec_key *key)
{
	char path[PATH_SIZE];
	struct err ignored;

	if (link_path(key, path, &ignored) == 0)
		unlink(path);
}

static int check_link_directory(struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE];

	if (directory_path(path, err) < 0)
		return -1;
	return open_link_directory(path, &directory, err);
}

int exec_link_read(const struct exec_key *key, char **ret_path, struct err *err)
{
	char path[PATH_SIZE], target[PATH_SIZE];
	ssize_t len;

	*ret_path = NULL;
	if (link_path(key, path, err) < 0)
		return -1;
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return errno == ENOENT || errno == EACCES
			       ? 0
			       : err_set_errno(err, errno, "link '%s'", path);
	target[len] = '\0';
	if (check_link_directory(err) < 0)
		return -1;
	*ret_path = strdup(target);
	return *ret_path ? 0 : err_set(err, "out of memory");
}

static size_t count_entries(DIR *entries)
{
	size_t count = 0;

	while (readdir(entries))
		count++;
	rewinddir(entries);
	return count;
}

static bool is_dangling(int directory, const char *name)
{
	struct stat st;

	return fstatat(directory, name, &st, 0) < 0 && errno == ENOENT;
}

static bool is_same_link(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * Renames it first, and back if it is another link: a create may have replaced
 * the link since it was checked.
 */
static void remove_dangling(int directory, const char *name)
{
	struct stat seen, taken;
	char aside[HASH_SIZE + 1] = ".";

	if (*name == '.' || strlen(name) >= HASH_SIZE ||
	    fstatat(directory, name, &seen, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !is_dangling(directory, name))
		return;
	memcpy(aside + 1, name, strlen(name) + 1);
	if (renameat(directory, name, directory, aside) < 0)
		return;
	if (fstatat(directory, aside, &taken, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is_same_link(&seen, &taken))
		unlinkat(directory, aside, 0);
	else
		renameat(directory, aside, directory, name);
}

/* Starts where the hash says, so that repeated sweeps reach every link. */
static void sweep_entries(DIR *entries, uint64_t hash)
{
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
			remove_dangling(dirfd(entries), entry->d_name);
	}
}

void exec_link_sweep(const struct exec_key *key)
{
	char path[PATH_SIZE];
	struct err ignored;
	DIR *entries CLEANUP_DIR = NULL;

	if (directory_path(path, &ignored) < 0)
		return;
	entries = fileio_entries(fileio_open(
		AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0));
	if (entries)
		sweep_entries(entries, hash_key(key));
}
