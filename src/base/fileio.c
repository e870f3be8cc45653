/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>

#include "base/alloc.h"

#define FIRST_SIZE 16384
#define LOCK_TRIES 1000
#define FIRST_DESCRIPTOR 3
#define MAX_PIECES 16 /* a change of config.json has five */
/*
 * xattr(7): the kernel's limit for a value and for the list of names. Allocated
 * on the heap, since the stack may be small.
 */
#define ATTRIBUTE_MAX 65536

int fileio_raise(int fd)
{
	int low CLEANUP_FD = fd;

	if (fd < 0 || fd >= FIRST_DESCRIPTOR)
		return TAKE_FD(low);
	return fcntl(low, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
}

int fileio_open(int directory, const char *name, int flags, mode_t mode)
{
	return fileio_raise(
		openat(directory, name, flags | O_CLOEXEC | O_NOCTTY, mode));
}

int fileio_open_regular(int directory, const char *name, int flags,
			const char *path, struct stat *ret_st, struct err *err)
{
	int nofollow = flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
	int fd CLEANUP_FD = -1;

	if (fstatat(directory, name, ret_st, nofollow) < 0)
		return err_set_errno(err, errno, "open '%s'", path);
	if (S_ISREG(ret_st->st_mode)) {
		fd = fileio_open(directory, name, O_RDONLY | O_NONBLOCK | flags,
				 0);
		if (fd < 0 || fstat(fd, ret_st) < 0)
			return err_set_errno(err, errno, "open '%s'", path);
	}
	/* Checked again: it can be replaced between the two calls. */
	if (!S_ISREG(ret_st->st_mode))
		return err_set(err, "'%s' is not a regular file", path);
	return TAKE_FD(fd);
}

int fileio_lock(int fd, int operation, const char *path, struct err *err)
{
	static const struct timespec pause = { .tv_nsec = 10L * 1000 * 1000 };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, operation | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set_errno(err, errno, "lock '%s'", path);
		nanosleep(&pause, NULL);
	}
	return err_set(err, "'%s' is locked by another process", path);
}

DIR *fileio_entries(int fd)
{
	int owned CLEANUP_FD = fd;
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (entries)
		owned = -1;
	return entries;
}

static ssize_t read_some(int fd, char *text, size_t len)
{
	ssize_t got;

	do
		got = read(fd, text, len);
	while (got < 0 && errno == EINTR);
	return got;
}

/* A regular file is read whole at once, and its end by one more byte. */
static size_t first_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size + 2
						     : FIRST_SIZE;
}

/* Up to `max` + 2: a byte that shows a larger file, and the NUL. */
static int grow_text(int fd, char **text, size_t *size, size_t max,
		     struct err *err)
{
	size_t wanted = *size ? *size * 2 : first_size(fd);
	char *grown;

	if (wanted > max + 2)
		wanted = max + 2;
	grown = realloc(*text, wanted);
	if (!grown)
		return err_set_no_memory(err);
	*text = grown;
	*size = wanted;
	return 0;
}

int fileio_read(int fd, const char *name, size_t max, char **ret_text,
		size_t *ret_len, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len = 0, size = 0;
	ssize_t got;

	do {
		if (size - len < 2 && grow_text(fd, &text, &size, max, err) < 0)
			return -1;
		got = read_some(fd, text + len, size - len - 1);
		if (got < 0)
			return err_set_errno(err, errno, "read '%s'", name);
		len += (size_t)got;
		if (len > max)
			return err_set(err, "'%s' is larger than %zu bytes",
				       name, max);
	} while (got);

	/* `max` + 2 is never 0. */
	text[len] = '\0'; /* NOLINT(clang-analyzer-*) */
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}

static char *leftover_name(const char *name)
{
	return alloc_text("%s%s", name, FILEIO_LEFTOVER);
}

bool fileio_may_exist(int directory, const char *name)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

bool fileio_may_have_leftover(int directory, const char *name)
{
	char *leftover CLEANUP_FREE = leftover_name(name);

	return !leftover || fileio_may_exist(directory, leftover);
}

void fileio_remove_leftover(int directory, const char *name)
{
	char *leftover CLEANUP_FREE = leftover_name(name);

	if (leftover)
		unlinkat(directory, leftover, 0);
}

bool fileio_has_room(uint64_t size, size_t len)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY ||
		size + len <= limit.rlim_cur);
}

static int write_rest(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		text += put;
		len -= (size_t)put;
	}
	return 0;
}

/* As many as one call takes; the rest is written afterwards. */
static ssize_t write_pieces(int fd, const struct pieces *text)
{
	struct iovec list[MAX_PIECES];
	int count = 0;
	ssize_t put;

	for (; count < MAX_PIECES && (size_t)count < text->count; count++)
		list[count] = (struct iovec){
			(void *)(uintptr_t)text->list[count].text,
			text->list[count].len
		};
	do
		put = writev(fd, list, count);
	while (put < 0 && errno == EINTR);
	return put;
}

int fileio_write(int fd, const struct pieces *text)
{
	ssize_t put;
	size_t done;

	if (!fileio_has_room(0, text->len)) {
		errno = EFBIG;
		return -1;
	}
	put = write_pieces(fd, text);
	if (put < 0)
		return -1;
	done = (size_t)put;
	for (size_t i = 0; i < text->count; i++) {
		const struct piece *piece = &text->list[i];
		size_t skip = done < piece->len ? done : piece->len;

		done -= skip;
		if (write_rest(fd, piece->text + skip, piece->len - skip) < 0)
			return -1;
	}
	return 0;
}

/* The kernel computes these from the content, so they are not copied. */
static bool is_content_attribute(const char *attribute)
{
	return strcmp(attribute, "security.ima") == 0 ||
	       strcmp(attribute, "security.evm") == 0;
}

static int copy_attribute(int from, int to, const char *attribute)
{
	char *value CLEANUP_FREE = NULL;
	ssize_t len;

	if (is_content_attribute(attribute))
		return 0;
	value = malloc(ATTRIBUTE_MAX);
	if (!value)
		return -1;
	len = fgetxattr(from, attribute, value, ATTRIBUTE_MAX);
	if (len < 0)
		return errno == ENODATA ? 0 : -1;
	return fsetxattr(to, attribute, value, (size_t)len, 0);
}

static int copy_attributes(int from, int to)
{
	char *names CLEANUP_FREE = NULL;
	ssize_t len = flistxattr(from, NULL, 0);

	if (len <= 0)
		return len == 0 || errno == ENOTSUP ? 0 : -1;
	names = malloc(ATTRIBUTE_MAX);
	if (!names)
		return -1;
	len = flistxattr(from, names, ATTRIBUTE_MAX);
	if (len < 0)
		return -1;
	for (const char *name = names; name < names + len;
	     name += strlen(name) + 1)
		if (copy_attribute(from, to, name) < 0)
			return -1;
	return 0;
}

static int copy_owner_and_mode(int from, int to)
{
	struct stat model, made;

	if (fstat(from, &model) < 0 || fstat(to, &made) < 0)
		return -1;
	if ((model.st_uid != made.st_uid || model.st_gid != made.st_gid) &&
	    fchown(to, model.st_uid, model.st_gid) < 0)
		return -1;
	return fchmod(to, model.st_mode & 07777);
}

/* tmpfs does not survive a crash: no need to wait. */
static int sync_file(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
		return 0;
	return fsync(fd);
}

/* The file to copy mode, owner and attributes from, or just a mode. */
struct model {
	int fd; /* -1: none, use `mode` */
	mode_t mode;
};

static int copy_model(int fd, const struct model *model)
{
	if (model->fd < 0)
		return fchmod(fd, model->mode);
	if (copy_owner_and_mode(model->fd, fd) < 0)
		return -1;
	return copy_attributes(model->fd, fd);
}

static int fill_file(int fd, const struct model *model,
		     const struct pieces *text)
{
	if (fileio_write(fd, text) < 0 || copy_model(fd, model) < 0)
		return -1;
	return sync_file(fd);
}

/* A killed process can have left one behind. */
static int make_leftover(int directory, const char *leftover)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
	int fd = fileio_open(directory, leftover, flags, 0600);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	unlinkat(directory, leftover, 0);
	return fileio_open(directory, leftover, flags, 0600);
}

static int replace_file(const struct fileio_place *place,
			const struct model *model, const struct pieces *text,
			struct err *err)
{
	char *leftover CLEANUP_FREE = leftover_name(place->temporary);
	int fd CLEANUP_FD = -1;
	int number;

	if (!leftover)
		return err_set_no_memory(err);
	fd = make_leftover(place->staging, leftover);
	if (fd >= 0 && fill_file(fd, model, text) == 0 &&
	    renameat(place->staging, leftover, place->directory, place->name) ==
		    0)
		return 0;

	number = errno;
	unlinkat(place->staging, leftover, 0);
	return err_set_errno(err, number, "cannot be replaced");
}

int fileio_replace(int directory, const char *name, int model,
		   const struct pieces *text, struct err *err)
{
	const struct fileio_place place = { directory, name, directory, name };
	const struct model like = { .fd = model, .mode = 0600 };

	return replace_file(&place, &like, text, err);
}

int fileio_publish(const struct fileio_place *place, mode_t mode,
		   const char *text, size_t len, struct err *err)
{
	const struct model plain = { .fd = -1, .mode = mode };

	return replace_file(place, &plain, PIECES_OF(text, len), err);
}
