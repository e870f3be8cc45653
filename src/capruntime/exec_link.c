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

int exec_key_init(struct exec_key *ret_key, const struct runtime_args *args,
		  const char *runtime, struct err *err)
{
	ret_key->id = args->id;
	ret_key->old_root = args->root ? args->root : path_basename(runtime);
	/* Old versions of crun take "./x" and "x/" for x. */
	if (args->id && strchr(args->id, '/'))
		return err_set(err, "invalid container id '%s': it has a slash",
			       args->id);
	if (runtime_root_resolve(ret_key->root, args, runtime, err) < 0)
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

uint64_t exec_link_hash(const char *root, const char *id)
{
	return hash_text(hash_text(HASH_START, root), id);
}

void exec_link_name(const char *root, const char *id,
		    char ret_name[EXEC_LINK_NAME_SIZE])
{
	snprintf(ret_name, EXEC_LINK_NAME_SIZE, "%016" PRIx64,
		 exec_link_hash(root, id));
}

/* Every exec comes here, and most find no link. */
int exec_link_directory(char ret_path[PATH_SIZE], struct err *err)
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
	return exec_link_directory(path, &ignored) < 0 ||
	       readlink(path, target, sizeof(target)) >= 0 || errno != ENOENT;
}

static int link_path(const char *root, const char *id, char ret_path[PATH_SIZE],
		     struct err *err)
{
	size_t len;

	if (exec_link_directory(ret_path, err) < 0)
		return -1;
	len = strlen(ret_path);
	if (len + 1 + EXEC_LINK_NAME_SIZE > PATH_SIZE)
		return err_set_errno(err, ENAMETOOLONG, "'%s'", ret_path);
	ret_path[len] = '/';
	exec_link_name(root, id, ret_path + len + 1);
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
	char path[PATH_SIZE], name[EXEC_LINK_NAME_SIZE];
	char *target CLEANUP_FREE = make_target(record, narrows);

	if (!target)
		return err_set_no_memory(err);
	if (exec_link_directory(path, err) < 0 ||
	    make_directories(path, err) < 0 ||
	    open_link_directory(path, &directory, err) < 0 ||
	    /* Shared by creates, it keeps sweeps out. */
	    fileio_lock(directory, LOCK_SH, path, err) < 0)
		return -1;
	exec_link_name(key->root, key->id, name);
	if (symlinkat(target, directory, name) == 0)
		return 0;
	if (errno == EEXIST)
		return err_set(
			err,
			"'%s/%s' exists: another create of '%s' is running",
			path, name, key->id);
	return err_set_errno(err, errno, "make the link '%s/%s'", path, name);
}

static int check_link_directory(struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE];

	if (exec_link_directory(path, err) < 0)
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

int exec_link_read_file(const char *path, struct record *ret_record,
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

int exec_link_read_record(const struct exec_key *key, const char *path,
			  struct record *ret_record, struct err *err)
{
	const struct record_about *about = &ret_record->about;

	if (exec_link_read_file(path, ret_record, err) < 0)
		return -1;
	if (about->root && about->id && strcmp(about->id, key->id) == 0 &&
	    (strcmp(about->root, key->root) == 0 ||
	     (key->old_root && strcmp(about->root, key->old_root) == 0)))
		return 0;
	return err_set(err, "'%s' belongs to another container", path);
}

/* Does the error of a record say what it is, and not only that it was not read? */
static bool is_judged(int number)
{
	return !number || number == ENOENT || number == ENOTDIR ||
	       number == ELOOP;
}

/*
 * Nobody holds a link whose record is gone, is not to be trusted, or is another
 * container's. If the record cannot be read, it may be held.
 */
static int check_holder(const struct exec_key *key, const char *path,
			struct err *err)
{
	struct record record CLEANUP_RECORD = { 0 };

	if (exec_link_read_record(key, path, &record, err) < 0)
		return is_judged(err->number) ? 0 : -1;
	if (!owner_runs(&record.about))
		return 0;
	return err_set(
		err,
		"container '%s' under '%s' is still being made or ended by process %" PRIu32,
		key->id, key->root, record.about.pid);
}

static int remove_link(const char *root, const char *id, struct err *err)
{
	char path[PATH_SIZE];

	if (link_path(root, id, path, err) < 0)
		return -1;
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	return err_set_errno(err, errno, "remove the link '%s'", path);
}

static int release_locked(const struct exec_key *key, const char *root,
			  struct err *err)
{
	struct exec_link link = { 0 };
	int status = read_target(root, key->id, &link, err);
	char *record CLEANUP_FREE = link.record;

	if (status < 0 || !record)
		return status;
	if (check_holder(key, record, err) < 0)
		return -1;
	return remove_link(root, key->id, err);
}

/* True if that cannot be told. */
static bool may_have_link(const char *root, const char *id)
{
	char path[PATH_SIZE], target[1];
	struct err ignored;

	return link_path(root, id, path, &ignored) == 0 &&
	       (readlink(path, target, sizeof(target)) >= 0 ||
		(errno != ENOTDIR && !is_without_link(errno)));
}

static int release_root(const struct exec_key *key, const char *root,
			struct err *err)
{
	int directory CLEANUP_FD = -1;
	char path[PATH_SIZE];

	if (!root || !may_have_link(root, key->id))
		return 0;
	if (exec_link_directory(path, err) < 0)
		return -1;
	/* If others can write to it, no session believes the link. */
	if (open_link_directory(path, &directory, err) < 0)
		return err->number ? -1 : remove_link(root, key->id, err);
	/* No create makes a link between these steps. */
	if (fileio_lock(directory, LOCK_EX, path, err) < 0)
		return -1;
	return release_locked(key, root, err);
}

int exec_link_release(const struct exec_key *key, struct err *err)
{
	if (release_root(key, key->root, err) < 0)
		return -1;
	return release_root(key, key->old_root, err);
}
