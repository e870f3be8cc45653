/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"
#include "base/trust_stat.h"

/* How often to open a path that others change at the same time. */
#define ATTEMPTS_MAX 4
/* The kernel's limit, path_resolution(7). */
#define LINKS_MAX 40
/* Longer paths are walked: asking by names looks each part up again and again. */
#define PLAIN_SIZE 256

/*
 * A walk along a path, one component at a time. Each one is opened and checked
 * before the next is looked up in it, so that none can be replaced in between.
 */
struct walk {
	const char *path; /* as given, for messages */
	mode_t wanted; /* S_IFREG or S_IFDIR, of the last component */
	int flags; /* to open the last component with */
	int fd; /* the directory or file reached */
	struct stat st;
	char *rest; /* the rest of the path; owned */
	const char *next; /* in `rest` */
	unsigned int links;
	bool shared; /* others can write the directory that contains it */
	bool missing; /* a component of `path` does not exist */
	bool moved; /* a component was removed or replaced meanwhile */
	char name[NAME_MAX + 1]; /* the component last taken from `rest` */
	int parent; /* the directory that contains it */
};

#define CLEANUP_WALK __attribute__((cleanup(walk_end)))

static void walk_end(struct walk *walk)
{
	if (walk->fd >= 0)
		close(walk->fd);
	if (walk->parent >= 0)
		close(walk->parent);
	free(walk->rest);
}

static int walk_to_root(struct walk *walk, struct err *err)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fileio_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	if (walk->fd < 0 || fstat(walk->fd, &walk->st) < 0)
		return err_set_errno(err, errno, "open '/'");
	walk->shared = false;
	return trust_check_directory(&walk->st, false, "/", err);
}

/* Copies the next component of `rest` to `name`; false at the end. */
static bool walk_take_name(struct walk *walk, struct err *err, int *ret_status)
{
	size_t len;

	*ret_status = 0;
	walk->next += strspn(walk->next, "/");
	len = strcspn(walk->next, "/");
	if (!len)
		return false;
	if (len > NAME_MAX) {
		*ret_status =
			err_set_errno(err, ENAMETOOLONG, "'%s'", walk->path);
		return false;
	}
	memcpy(walk->name, walk->next, len);
	walk->name[len] = '\0';
	walk->next += len;
	return true;
}

static NOT_INLINED int walk_follow(struct walk *walk, struct err *err)
{
	char target[PATH_SIZE];
	ssize_t len = readlinkat(walk->fd, "", target, sizeof(target) - 1);
	char *rest;

	if (len < 0)
		return err_set_errno(err, errno, "read link '%s'", walk->path);
	target[len] = '\0';
	if (++walk->links > LINKS_MAX)
		return err_set_errno(err, ELOOP, "'%s'", walk->path);
	rest = alloc_text("%s/%s", target, walk->next);
	if (!rest)
		return err_set_no_memory(err);
	free(walk->rest);
	walk->rest = rest;
	walk->next = rest;

	/* A link's target is relative to the directory of the link. */
	close(walk->fd);
	walk->fd = TAKE_FD(walk->parent);
	return target[0] == '/' ? walk_to_root(walk, err) : 0;
}

static int walk_open(struct walk *walk, struct err *err)
{
	int fd = fileio_open(walk->fd, walk->name, O_PATH | O_NOFOLLOW, 0);

	if (fd < 0) {
		walk->missing = errno == ENOENT && !walk->links;
		walk->moved = errno == ENOENT && walk->links;
		return err_set_errno(err, errno, "'%s'", walk->path);
	}
	if (walk->parent >= 0)
		close(walk->parent);
	walk->parent = walk->fd;
	walk->fd = fd;
	if (fstat(fd, &walk->st) < 0)
		return err_set_errno(err, errno, "'%s'", walk->path);
	return 0;
}

/* The path of the current component from /proc, for messages. */
static const char *walk_place(const struct walk *walk, char text[PATH_SIZE])
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", walk->fd);
	len = readlink(link, text, PATH_SIZE - 1);
	if (len <= 0)
		return walk->name;
	text[len] = '\0';
	return text;
}

static int check_kind(const struct walk *walk, const char *path,
		      struct err *err)
{
	const struct stat *st = &walk->st;

	if (S_ISDIR(st->st_mode))
		return trust_check_directory(st, walk->shared, path, err);
	if (S_ISLNK(st->st_mode))
		return trust_check_owner(st, walk->shared, path, err);
	/* Other kinds are refused later, as the wrong kind. */
	return S_ISREG(st->st_mode)
		       ? trust_check_file(st, walk->shared, path, err)
		       : 0;
}

static NOT_INLINED int err_untrusted(const struct walk *walk, struct err *err)
{
	char place[PATH_SIZE];

	if (S_ISREG(walk->st.st_mode))
		return check_kind(walk, walk->path, err);
	check_kind(walk, walk_place(walk, place), err);
	return err_wrap(err, "'%s' cannot be trusted", walk->path);
}

static int walk_check(struct walk *walk, struct err *err)
{
	struct err ignored;

	if (check_kind(walk, walk->path, &ignored) < 0)
		return err_untrusted(walk, err);
	if (S_ISDIR(walk->st.st_mode))
		walk->shared = trust_is_shared(&walk->st);
	return 0;
}

/* A file or directory that nobody else can change in any way, or a link. */
static bool is_plain(const struct stat *st)
{
	return trust_has_owner(st, false) &&
	       (S_ISLNK(st->st_mode) || !trust_is_shared(st));
}

/* Are all directories above the path plain? Not so, if one is a link. */
static bool has_plain_directories(const char *path)
{
	char above[PLAIN_SIZE];
	struct stat st;

	for (size_t end = 1; path[end]; end += strcspn(path + end, "/")) {
		memcpy(above, path, end);
		above[end] = '\0';
		if (lstat(above, &st) < 0 || !S_ISDIR(st.st_mode) ||
		    !is_plain(&st))
			return false;
		end += strspn(path + end, "/");
	}
	return true;
}

/*
 * Where nobody else can replace a part of the path, each can be asked by its name:
 * one system call instead of three. The descriptor keeps an automount mounted,
 * since lstat(2) of one that is not says nothing of what will be there. Everything
 * else is left to the walk, also a link on the way.
 */
static bool walk_is_plain(struct walk *walk)
{
	if (*walk->path != '/' || strlen(walk->path) >= PLAIN_SIZE)
		return false;
	walk->fd = fileio_open(AT_FDCWD, walk->path, O_PATH | O_NOFOLLOW, 0);
	return walk->fd >= 0 && fstat(walk->fd, &walk->st) == 0 &&
	       (walk->st.st_mode & S_IFMT) == walk->wanted &&
	       is_plain(&walk->st) && has_plain_directories(walk->path);
}

static int walk_path(struct walk *walk, struct err *err)
{
	int status;

	if (walk_is_plain(walk))
		return 0;
	walk->rest = strdup(walk->path);
	if (!walk->rest)
		return err_set_no_memory(err);
	walk->next = walk->rest;
	if (walk_to_root(walk, err) < 0)
		return -1;

	while (walk_take_name(walk, err, &status)) {
		if (walk_open(walk, err) < 0 || walk_check(walk, err) < 0)
			return -1;
		if (S_ISLNK(walk->st.st_mode) && walk_follow(walk, err) < 0)
			return -1;
	}
	if (status < 0)
		return -1;
	if ((walk->st.st_mode & S_IFMT) != walk->wanted)
		return err_set(err, "'%s' is not a %s", walk->path,
			       walk->wanted == S_IFREG ? "regular file"
						       : "directory");
	return 0;
}

/* Opens the checked file; refuses another in its place. */
static int walk_reopen(struct walk *walk, int *ret_fd, struct err *err)
{
	/* Without a directory nothing was walked, and the path is absolute. */
	int fd CLEANUP_FD = fileio_open(
		walk->parent, walk->parent < 0 ? walk->path : walk->name,
		walk->flags | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;

	walk->moved = fd < 0 && errno == ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set_errno(err, errno, "open '%s'", walk->path);
	walk->moved =
		st.st_dev != walk->st.st_dev || st.st_ino != walk->st.st_ino;
	if (walk->moved)
		return err_set(err, "'%s' was replaced while it was opened",
			       walk->path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int open_kind_once(struct walk *walk, int *ret_fd, struct err *err)
{
	struct err reason;

	*ret_fd = -1;
	if (walk_path(walk, &reason) == 0)
		return walk_reopen(walk, ret_fd, err);
	if (walk->missing)
		return 0;
	*err = reason;
	return -1;
}

static int check_one_link(const struct walk *walk, struct err *err)
{
	if (walk->st.st_nlink == 1)
		return 0;
	return err_set(err, "'%s' has another name: remove it", walk->path);
}

/* `missing` if only the last component is; `fd` is then its directory. */
static int walk_to_log(struct walk *walk, struct err *err)
{
	if (walk_path(walk, err) == 0)
		return check_one_link(walk, err);
	if (!walk->missing || *walk->next)
		return -1;
	*err = (struct err){ 0 }; /* success sets no error */
	return 0;
}

static int open_log_once(struct walk *walk, int *ret_fd, struct err *err)
{
	if (walk_to_log(walk, err) < 0)
		return -1;
	if (!walk->missing)
		return walk_reopen(walk, ret_fd, err);
	*ret_fd =
		fileio_open(walk->fd, walk->name,
			    walk->flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	walk->moved = *ret_fd < 0 && errno == EEXIST;
	return *ret_fd < 0 ? err_set_errno(err, errno, "'%s'", walk->path) : 0;
}

/*
 * Tries again if a component moved: an update of a ConfigMap replaces its links
 * and removes the old directory, and a rename can replace a file.
 */
static int open_kind(const char *path, mode_t wanted, int flags,
		     int (*once)(struct walk *, int *, struct err *),
		     int *ret_fd, struct err *err)
{
	struct err reason;
	bool moved = true;

	for (int i = 0; moved && i < ATTEMPTS_MAX; i++) {
		struct walk walk CLEANUP_WALK = { .path = path,
						  .wanted = wanted,
						  .flags = flags,
						  .fd = -1,
						  .parent = -1 };

		if (once(&walk, ret_fd, &reason) == 0)
			return 0;
		moved = walk.moved;
	}
	*err = reason;
	return -1;
}

int trust_open(const char *path, int *ret_fd, struct err *err)
{
	return open_kind(path, S_IFREG, O_RDONLY, open_kind_once, ret_fd, err);
}

int trust_open_log(const char *path, int *ret_fd, struct err *err)
{
	return open_kind(path, S_IFREG, O_WRONLY | O_APPEND, open_log_once,
			 ret_fd, err);
}

int trust_check_log(const char *path, struct err *err)
{
	struct walk walk CLEANUP_WALK = {
		.path = path, .wanted = S_IFREG, .fd = -1, .parent = -1
	};

	return walk_to_log(&walk, err);
}

int trust_open_directory(const char *path, int *ret_fd, struct err *err)
{
	return open_kind(path, S_IFDIR, O_RDONLY, open_kind_once, ret_fd, err);
}

int trust_check_program(const char *path, struct err *err)
{
	struct walk walk CLEANUP_WALK = {
		.path = path, .wanted = S_IFREG, .fd = -1, .parent = -1
	};

	if (walk_path(&walk, err) < 0)
		return -1;
	if (!(walk.st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return err_set(err, "'%s' is not executable", path);
	return 0;
}

bool trust_is_plain_link(const char *path)
{
	struct walk walk CLEANUP_WALK = {
		.path = path, .wanted = S_IFLNK, .fd = -1, .parent = -1
	};

	return walk_is_plain(&walk);
}
