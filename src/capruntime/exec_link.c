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
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/paths.h"
#include "base/trust.h"
#include "bundle/owner.h"
#include "runtime/root.h"

#define NAME "/capruntime"
#define PRIVATE_MODE 0700
#define SHARED_MODE 0755
#define HASH_SIZE 17

int exec_key_init(struct exec_key *ret_key, const char *root, const char *id,
		  const char *runtime, struct err *err)
{
	ret_key->id = id;
	ret_key->old_root = root && *root ? root : path_basename(runtime);
	if (runtime_root_resolve(ret_key->root, root, runtime, err) < 0)
		return -1;
	if (strcmp(ret_key->root, ret_key->old_root) == 0)
		ret_key->old_root = NULL;
	return 0;
}

/*
 * The terminating NUL separates root from id. On a collision the root and id in
 * the record decide.
 */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_key(const char *root, const char *id)
{
	return hash_text(hash_text(HASH_START, root), id);
}

static void name_link(const char *root, const char *id,
		      char ret_name[HASH_SIZE])
{
	snprintf(ret_name, HASH_SIZE, "%016" PRIx64, hash_key(root, id));
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

bool exec_link_has_directory(void)
{
	char path[PATH_SIZE], target[1];
	struct err ignored;

	/* A directory is no link. */
	return directory_path(path, &ignored) < 0 ||
	       readlink(path, target, sizeof(target)) >= 0 || errno != ENOENT;
}

static int link_path(const char *root, const char *id, char ret_path[PATH_SIZE],
		     struct err *err)
{
	size_t len;

	if (directory_path(ret_path, err) < 0)
		return -1;
	len = strlen(ret_path);
	if (len + 1 + HASH_SIZE > PATH_SIZE)
		return err_set_errno(err, ENAMETOOLONG, "'%s'", ret_path);
	ret_path[len] = '/';
	name_link(root, id, ret_path + len + 1);
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

/* For the kernel, two slashes before the name are one. */
static char *make_target(const char *record, bool narrows)
{
	const char *name = strrchr(record, '/');

	if (!narrows || !name)
		return strdup(record);
	return alloc_text("%.*s/%s", (int)(name - record), record, name);
}

/* Leaves the path of the record. Does the rule narrow? */
static bool read_mark(char *target)
{
	char *slash = strstr(target, "//");

	if (slash)
		memmove(slash, slash + 1, strlen(slash));
	return slash != NULL;
}

int exec_link_make(const struct exec_key *key, const char *record, bool narrows,
		   struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE], name[HASH_SIZE];
	char *target CLEANUP_FREE = make_target(record, narrows);

	if (!target)
		return err_set_no_memory(err);
	if (directory_path(path, err) < 0 || make_directories(path, err) < 0 ||
	    open_link_directory(path, &directory, err) < 0 ||
	    /* Shared by creates, it keeps sweeps out. */
	    fileio_lock(directory, LOCK_SH, path, err) < 0)
		return -1;
	name_link(key->root, key->id, name);
	unlinkat(directory, name, 0);
	if (symlinkat(target, directory, name) < 0)
		return err_set_errno(err, errno, "make the link '%s/%s'", path,
				     name);
	return 0;
}

static void remove_link(const char *root, const char *id)
{
	char path[PATH_SIZE];
	struct err ignored;

	if (root && link_path(root, id, path, &ignored) == 0)
		unlink(path);
}

void exec_link_remove(const struct exec_key *key)
{
	remove_link(key->root, key->id);
	remove_link(key->old_root, key->id);
}

static int check_link_directory(struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE];

	if (directory_path(path, err) < 0)
		return -1;
	return open_link_directory(path, &directory, err);
}

/*
 * Other users may not search root's directory, and have no links in it. Root may:
 * if a security module refuses that, the rule is unknown.
 */
static bool is_without_link(int number)
{
	return number == ENOENT || (number == EACCES && !trust_is_first_root());
}

static int read_target(const char *root, const char *id,
		       struct exec_link *ret_link, struct err *err)
{
	char path[PATH_SIZE], target[PATH_SIZE];
	ssize_t len;

	ret_link->narrows = true;
	if (link_path(root, id, path, err) < 0)
		return -1;
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0) {
		int number = errno;
		bool without = is_without_link(number);

		ret_link->narrows = !without && number != ENOTDIR;
		return without ? 0
			       : err_set_errno(err, number, "link '%s'", path);
	}
	target[len] = '\0';
	ret_link->narrows = read_mark(target);
	ret_link->record = strdup(target);
	return ret_link->record ? 0 : err_set_no_memory(err);
}

int exec_link_read(const struct exec_key *key, struct exec_link *ret_link,
		   struct err *err)
{
	ret_link->record = NULL;
	if (read_target(key->root, key->id, ret_link, err) < 0)
		return -1;
	if (!ret_link->record && key->old_root &&
	    read_target(key->old_root, key->id, ret_link, err) < 0)
		return -1;
	return ret_link->record ? check_link_directory(err) : 0;
}

int exec_link_read_record(const char *path, struct record *ret_record,
			  struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = path };
	int fd CLEANUP_FD = -1;

	if (trust_open(path, &fd, err) < 0)
		return -1;
	if (fd < 0)
		return err_set_errno(err, ENOENT, "'%s'", path);
	if (fileio_read(fd, path, RECORD_MAX, &text, &doc.len, err) < 0)
		return -1;
	doc.text = text;
	return record_parse(ret_record, &doc, err);
}

static size_t count_entries(DIR *entries)
{
	size_t count = 0;

	while (readdir(entries))
		count++;
	rewinddir(entries);
	return count;
}

/* Is it the link of a container that exists under this root? */
static bool has_owner(const char *root, const char *link)
{
	DIR *entries CLEANUP_DIR = fileio_entries(
		fileio_open(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0));
	struct dirent *entry;
	char owner[HASH_SIZE];

	while (entries && (entry = readdir(entries))) {
		name_link(root, entry->d_name, owner);
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
 * cannot be read keeps its link, as does one whose root cannot be seen.
 */
static bool is_stale(int directory, const char *name, const char *target)
{
	struct record record CLEANUP_RECORD = { 0 };
	char owner[HASH_SIZE];
	struct stat st;
	struct err ignored;

	if (fstatat(directory, name, &st, 0) < 0)
		return errno == ENOENT;
	if (exec_link_read_record(target, &record, &ignored) < 0 ||
	    !record.about.root || !record.about.id ||
	    is_hidden(record.about.root))
		return false;
	name_link(record.about.root, record.about.id, owner);
	if (strcmp(owner, name) != 0)
		return !has_owner(record.about.root, name);
	return *record.about.root == '/' && !owner_lives(&record.about);
}

static void remove_stale(int directory, const char *name)
{
	char target[PATH_SIZE];
	ssize_t len = readlinkat(directory, name, target, sizeof(target) - 1);

	if (len < 0)
		return;
	target[len] = '\0';
	if (is_stale(directory, name, target))
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

static void sweep_entry(int directory, const char *name)
{
	bool aside = *name == '.';

	if (strspn(name + aside, "0123456789abcdef") != HASH_SIZE - 1 ||
	    name[aside + HASH_SIZE - 1])
		return;
	if (aside)
		put_back(directory, name);
	remove_stale(directory, name + aside);
}

/*
 * Starts where the hash says, so that repeated sweeps reach every link. Its stack
 * is used only if there is a directory.
 */
static __attribute__((noinline)) void sweep_entries(DIR *entries, uint64_t hash)
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
			sweep_entry(dirfd(entries), entry->d_name);
	}
}

bool exec_link_sweep(const struct exec_key *key)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
	char path[PATH_SIZE];
	struct err ignored;
	DIR *entries CLEANUP_DIR = NULL;
	int fd;

	if (directory_path(path, &ignored) < 0)
		return true;
	fd = fileio_open(AT_FDCWD, path, flags, 0);
	if (fd < 0 && errno == ENOENT)
		return false;
	entries = fileio_entries(fd);
	/* Without the lock, a create could replace a link that looked stale. */
	if (entries && flock(dirfd(entries), LOCK_EX | LOCK_NB) == 0)
		sweep_entries(entries, hash_key(key->root, key->id));
	return true;
}
