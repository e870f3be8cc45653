/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A temporary directory for a test, under $TMPDIR or /tmp, removed with its
 * contents when its declaration goes out of scope. Tests make system calls
 * directly for what the module under test does (modes, links, renames).
 */
#ifndef CAPRUNTIME_TEMPDIR_H
#define CAPRUNTIME_TEMPDIR_H

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

struct tempdir {
	char *path;
	int fd;
};

#define CLEANUP_TEMPDIR __attribute__((cleanup(tempdir_remove)))

static inline int tempdir_remove_entry(const char *path, const struct stat *st,
				       int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void tempdir_remove(struct tempdir *dir)
{
	nftw(dir->path, tempdir_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	close(dir->fd);
	free(dir->path);
}

/* A failure ends the program. */
static inline struct tempdir tempdir_make(void)
{
	const char *parent = getenv("TMPDIR");
	struct tempdir dir;

	if (asprintf(&dir.path, "%s/capruntime-XXXXXX",
		     parent && *parent ? parent : "/tmp") < 0 ||
	    !mkdtemp(dir.path)) {
		printf("Bail out! no temporary directory\n");
		exit(EXIT_FAILURE);
	}
	dir.fd = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir;
}

/* The next descriptor's number: it grows if one is not closed. */
static inline int next_descriptor(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	close(fd);
	return fd;
}

/* The absolute path of `name` in it; the caller frees. */
static inline char *tempdir_path(const struct tempdir *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir->path, name) < 0 ? NULL : path;
}

static inline bool tempdir_has(const struct tempdir *dir, const char *name)
{
	struct stat st;

	return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A file of mode 0644, whatever the umask. */
static inline bool tempdir_write(const struct tempdir *dir, const char *name,
				 const char *text, size_t len)
{
	int fd CLEANUP_FD = openat(
		dir->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd >= 0 && fchmod(fd, 0644) == 0 &&
	       write(fd, text, len) == (ssize_t)len;
}

static inline bool tempdir_write_str(const struct tempdir *dir,
				     const char *name, const char *text)
{
	return tempdir_write(dir, name, text, strlen(text));
}

/* The first 64 KiB of a file as a string; NULL: there is no such file. */
static inline char *tempdir_read(const struct tempdir *dir, const char *name)
{
	int fd CLEANUP_FD =
		openat(dir->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char *text = calloc(1, 65537);
	ssize_t got = fd < 0 || !text ? -1 : read(fd, text, 65536);

	if (got >= 0)
		return text;
	free(text);
	return NULL;
}

#endif
