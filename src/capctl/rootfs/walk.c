/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/alloc.h"

#define ENTRIES_SIZE 32768

/* A directory on the way down to the one being read. */
struct level {
	int fd; /* -1: closed, deeper ones needed it */
	size_t path_len; /* with its name */
	size_t names_start; /* of its directories still to be read */
	dev_t device;
	ino_t inode;
	uint64_t mount;
};

struct walk {
	const struct rootfs *rootfs;
	const struct rootfs_visitor *visitor;
	struct level *levels;
	size_t depth;
	size_t size;
	struct buf path; /* of the innermost level; "" is the root */
	struct buf names; /* each ended by a NUL */
	uint64_t entries;
	int cwd; /* to come back to */
	struct err *err;
};

#define CLEANUP_WALK __attribute__((cleanup(walk_end)))

static void close_level(struct level *level)
{
	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
}

static void walk_end(struct walk *walk)
{
	while (walk->depth)
		close_level(&walk->levels[--walk->depth]);
	free(walk->levels);
	buf_free(&walk->path);
	buf_free(&walk->names);
	/* Where it cannot be gone back to nobody wanted to be. */
	if (walk->cwd >= 0 && fchdir(walk->cwd) == 0)
		close(walk->cwd);
}

static struct level *innermost(const struct walk *walk)
{
	return &walk->levels[walk->depth - 1];
}

/* The directory's path, and "/NAME" where there is one; NULL: no memory. */
static const char *path_of(struct walk *walk, const char *name)
{
	size_t len = walk->path.len;

	if (name || !len)
		buf_add_str(&walk->path, "/");
	buf_add_str(&walk->path, name ? name : "");
	buf_add(&walk->path, "", 1);
	walk->path.len = len;
	if (!walk->path.failed)
		return walk->path.text;
	err_set(walk->err, "out of memory");
	return NULL;
}

static int tell_unreadable(struct walk *walk, const char *name,
			   const char *reason)
{
	const struct rootfs_visitor *visitor = walk->visitor;
	const char *path = path_of(walk, name);

	if (!path)
		return -1;
	return visitor->unreadable(visitor->context, path, reason, walk->err);
}

/* What went away between two looks holds nothing any more, but for the root. */
static int tell_errno(struct walk *walk, const char *name, int number)
{
	if (!name && walk->depth <= 1)
		return err_set_errno(walk->err, number, "'%s'",
				     walk->rootfs->path);
	if (number == ENOENT)
		return 0;
	if (number == ENOTDIR || number == ELOOP)
		return tell_unreadable(walk, name, "changed while it was read");
	return tell_unreadable(walk, name, err_reason(number));
}

static int tell_found(struct walk *walk, const char *name,
		      struct rootfs_file *file)
{
	const struct rootfs_visitor *visitor = walk->visitor;
	const char *path = path_of(walk, name);
	int status;

	file->path = path ? strdup(path) : NULL;
	if (!file->path)
		return err_set(walk->err, "out of memory");
	status = visitor->found(visitor->context, file, walk->err);
	rootfs_file_free(file);
	return status;
}

/* All of it once more, from one descriptor: of one file. */
static int look_closer(struct walk *walk, const char *name)
{
	int fd CLEANUP_FD =
		rootfs_open_in(innermost(walk)->fd, name, O_PATH | O_NOFOLLOW);
	struct rootfs_file file = { 0 };
	struct err reason;

	if (fd < 0)
		return tell_errno(walk, name, errno);
	if (rootfs_describe(walk->rootfs, fd, &file, &reason) < 0 &&
	    tell_unreadable(walk, name, reason.text) < 0)
		return -1;
	return privileged_is_special(&file.program)
		       ? tell_found(walk, name, &file)
		       : 0;
}

/* Asked by name in the process's own directory: the cheapest way there is. */
static int look_for_caps(struct walk *walk, const char *name)
{
	unsigned char value[VFSCAP_MAX];

	if (lgetxattr(name, VFSCAP_NAME, value, sizeof(value)) >= 0)
		return look_closer(walk, name);
	switch (errno) {
	case ENODATA:
	case ENOTSUP:
		return 0;
	case EOVERFLOW:
	case EINVAL:
	case ERANGE:
		return look_closer(walk, name);
	default:
		return tell_errno(walk, name, errno);
	}
}

static int remember(struct walk *walk, const char *name)
{
	size_t len = strlen(name) + 1;

	if (walk->names.len + len > ROOTFS_NAMES_MAX)
		return tell_unreadable(walk, name,
				       "more directories than can be kept");
	buf_add(&walk->names, name, len);
	return walk->names.failed ? err_set(walk->err, "out of memory") : 0;
}

static int look_at(struct walk *walk, const char *name, unsigned char type)
{
	struct stat st;

	if (type == DT_DIR)
		return remember(walk, name);
	if (type != DT_REG && type != DT_UNKNOWN)
		return 0;
	if (fstatat(innermost(walk)->fd, name, &st,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		return tell_errno(walk, name, errno);
	if (S_ISDIR(st.st_mode))
		return remember(walk, name);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_mode & (S_ISUID | S_ISGID))
		return look_closer(walk, name);
	return look_for_caps(walk, name);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int look_at_entries(struct walk *walk, const char *entries, size_t len)
{
	const struct dirent64 *entry;

	for (size_t at = 0; at < len; at += entry->d_reclen) {
		entry = (const struct dirent64 *)(const void *)(entries + at);
		if (is_dots(entry->d_name))
			continue;
		walk->entries++;
		if (look_at(walk, entry->d_name, entry->d_type) < 0)
			return -1;
	}
	if (walk->visitor->progress)
		walk->visitor->progress(walk->visitor->context, walk->entries);
	return 0;
}

/* Read to its end at once: it can be closed and opened again later. */
static int read_level(struct walk *walk)
{
	/* As the kernel aligns them. */
	_Alignas(struct dirent64) char entries[ENTRIES_SIZE];
	int fd = innermost(walk)->fd;
	ssize_t len;

	if (fchdir(fd) < 0)
		return tell_errno(walk, NULL, errno);
	while ((len = getdents64(fd, entries, sizeof(entries))) > 0)
		if (look_at_entries(walk, entries, (size_t)len) < 0)
			return -1;
	return len < 0 ? tell_errno(walk, NULL, errno) : 0;
}

static bool is_same(const struct stat *st, dev_t device, ino_t inode)
{
	return st->st_dev == device && st->st_ino == inode;
}

static uint64_t mount_of(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		return 0;
	return st.stx_mnt_id;
}

/* Nothing to read in it, for what it is? */
static bool is_left_out(const struct walk *walk, const struct level *level,
			const struct stat *st)
{
	const struct stat *without = walk->visitor->without;

	if (without && is_same(st, without->st_dev, without->st_ino))
		return true;
	if (walk->depth && level->mount &&
	    level->mount == innermost(walk)->mount)
		return false;
	return mounts_look(walk->rootfs->mounts, level->mount, level->fd)
		.without_programs;
}

static int push(struct walk *walk, const struct level *level)
{
	struct level *levels = alloc_room(walk->levels, walk->depth,
					  &walk->size, sizeof(*levels));

	if (!levels)
		return err_set(walk->err, "out of memory");
	walk->levels = levels;
	if (walk->depth >= ROOTFS_OPEN_MAX)
		close_level(&levels[walk->depth - ROOTFS_OPEN_MAX]);
	levels[walk->depth++] = *level;
	return 0;
}

static void pop(struct walk *walk)
{
	close_level(innermost(walk));
	walk->depth--;
	walk->path.len = walk->depth ? innermost(walk)->path_len : 0;
}

/* Goes into the directory `fd`, which it takes over, and reads it. */
static int enter(struct walk *walk, int fd, const char *name)
{
	struct level level = { .fd = fd,
			       .names_start = walk->names.len,
			       .mount = mount_of(fd) };
	struct stat st = { 0 };
	int number = fstat(fd, &st) < 0 ? errno : 0;

	if (number || is_left_out(walk, &level, &st)) {
		close(fd);
		return number ? tell_errno(walk, name, number) : 0;
	}
	level.device = st.st_dev;
	level.inode = st.st_ino;
	level.path_len = walk->path.len + (name ? 1 + strlen(name) : 0);
	if (push(walk, &level) < 0) {
		close(fd);
		return -1;
	}
	if (!path_of(walk, name))
		return -1;
	walk->path.len = level.path_len;
	return read_level(walk);
}

/* The name of a level, in the path; the caller frees. */
static char *name_of(const struct walk *walk, size_t index)
{
	size_t start = walk->levels[index - 1].path_len + 1;

	return strndup(walk->path.text + start,
		       walk->levels[index].path_len - start);
}

static int reopen_one(struct walk *walk, size_t index)
{
	struct level *level = &walk->levels[index];
	char *name CLEANUP_FREE = index ? name_of(walk, index) : strdup(".");
	int parent = index ? walk->levels[index - 1].fd : walk->rootfs->fd;
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (!name)
		return -1;
	fd = rootfs_open_in(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    !is_same(&st, level->device, level->inode))
		return -1;
	level->fd = TAKE_FD(fd);
	return 0;
}

/* From the deepest directory that is still open, or from the root, down. */
static int reopen(struct walk *walk)
{
	size_t last = walk->depth - 1, index = last;

	while (index && walk->levels[index].fd < 0)
		index--;
	if (walk->levels[index].fd >= 0)
		index++;
	for (; index <= last; index++) {
		if (reopen_one(walk, index) < 0)
			return -1;
		if (index >= ROOTFS_OPEN_MAX)
			close_level(&walk->levels[index - ROOTFS_OPEN_MAX]);
	}
	return 0;
}

/* The last name of the innermost level; the caller frees. */
static char *take_name(struct walk *walk)
{
	size_t start = innermost(walk)->names_start;
	size_t at = walk->names.len - 1;

	while (at > start && walk->names.text[at - 1])
		at--;
	walk->names.len = at;
	return strdup(walk->names.text + at);
}

static int descend(struct walk *walk)
{
	char *name CLEANUP_FREE = take_name(walk);
	int fd;

	if (!name)
		return err_set(walk->err, "out of memory");
	if (walk->depth >= ROOTFS_DEPTH_MAX)
		return tell_unreadable(walk, name, "nested too deep");
	fd = rootfs_open_in(innermost(walk)->fd, name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return tell_errno(walk, name, errno);
	return enter(walk, fd, name);
}

static int walk_on(struct walk *walk)
{
	while (walk->depth) {
		struct level *level = innermost(walk);

		if (walk->names.len == level->names_start) {
			pop(walk);
			continue;
		}
		if (level->fd < 0 && reopen(walk) < 0) {
			walk->names.len = level->names_start;
			if (tell_errno(walk, NULL, ENOTDIR) < 0)
				return -1;
			continue;
		}
		if (descend(walk) < 0)
			return -1;
	}
	return 0;
}

int rootfs_walk(const struct rootfs *rootfs,
		const struct rootfs_visitor *visitor, uint64_t *ret_entries,
		struct err *err)
{
	struct walk walk CLEANUP_WALK = {
		.rootfs = rootfs,
		.visitor = visitor,
		.cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.err = err,
	};
	int status, fd;

	*ret_entries = 0;
	fd = rootfs_open_in(rootfs->fd, ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return err_set_errno(err, errno, "'%s'", rootfs->path);
	status = enter(&walk, fd, NULL) < 0 ? -1 : walk_on(&walk);
	*ret_entries = walk.entries;
	return status;
}
