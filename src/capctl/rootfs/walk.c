/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/path.h"
#include "capctl/rootfs/levels.h"

#define ENTRIES_SIZE 32768

struct walk {
	const struct rootfs *rootfs;
	const struct rootfs_visitor *visitor;
	struct levels levels;
	uint64_t entries;
	int cwd; /* the process's own, to return to */
	struct err *err;
};

#define CLEANUP_WALK __attribute__((cleanup(rootfs_walk_end)))

static void rootfs_walk_end(struct walk *walk)
{
	levels_free(&walk->levels);
	/* No access to it any more: it cannot be entered again. */
	if (walk->cwd >= 0 && fchdir(walk->cwd) == 0)
		close(walk->cwd);
}

static int current_fd(const struct walk *walk)
{
	return levels_top(&walk->levels)->fd;
}

/* levels_path(); NULL sets the error. */
static const char *entry_path(struct walk *walk, const char *name)
{
	const char *path = levels_path(&walk->levels, name);

	if (!path)
		err_set_no_memory(walk->err);
	return path;
}

static int report_unreadable(struct walk *walk, const char *name,
			     const char *reason)
{
	const struct rootfs_visitor *visitor = walk->visitor;
	const char *path = entry_path(walk, name);

	if (!path)
		return -1;
	return visitor->unreadable(visitor->context, path, reason, walk->err);
}

/* Ignores what was removed in the meantime, unless it is the root. */
static int report_errno(struct walk *walk, const char *name, int number)
{
	if (!name && walk->levels.depth <= 1)
		return err_set_errno(walk->err, number, "'%s'",
				     walk->rootfs->path);
	if (number == ENOENT)
		return 0;
	if (number == ENOTDIR || number == ELOOP)
		return report_unreadable(walk, name, "changed during the scan");
	return report_unreadable(walk, name, err_reason(number));
}

static int report_found(struct walk *walk, const char *name,
			struct rootfs_file *file)
{
	const struct rootfs_visitor *visitor = walk->visitor;
	const char *path = entry_path(walk, name);
	int status;

	file->path = path ? strdup(path) : NULL;
	if (!file->path)
		return err_set_no_memory(walk->err);
	status = visitor->found(visitor->context, file, walk->err);
	rootfs_file_free(file);
	return status;
}

/* Reads everything again from one descriptor: all of it is of one file. */
static int walk_candidate(struct walk *walk, const char *name)
{
	int fd CLEANUP_FD =
		rootfs_open_in(current_fd(walk), name, O_PATH | O_NOFOLLOW);
	struct rootfs_file file = { 0 };
	struct err reason;

	if (fd < 0)
		return report_errno(walk, name, errno);
	if (rootfs_describe(walk->rootfs, fd, &file, &reason) < 0 &&
	    report_unreadable(walk, name, reason.text) < 0)
		return -1;
	return privileged_is_special(&file.program)
		       ? report_found(walk, name, &file)
		       : 0;
}

/* By name in the process's own directory: no file has to be opened. */
static int check_caps(struct walk *walk, const char *name)
{
	unsigned char value[VFSCAP_MAX];

	if (lgetxattr(name, VFSCAP_NAME, value, sizeof(value)) >= 0)
		return walk_candidate(walk, name);
	switch (errno) {
	case ENODATA:
	case ENOTSUP:
		return 0;
	case EOVERFLOW:
	case EINVAL:
	case ERANGE:
		return walk_candidate(walk, name);
	default:
		return report_errno(walk, name, errno);
	}
}

static int add_directory(struct walk *walk, const char *name)
{
	if (walk->levels.names.len + strlen(name) >= ROOTFS_NAMES_MAX)
		return report_unreadable(walk, name,
					 "too many directories to remember");
	return levels_add_name(&walk->levels, name, walk->err);
}

static int walk_entry(struct walk *walk, const char *name, unsigned char type)
{
	struct stat st;

	if (type == DT_DIR)
		return add_directory(walk, name);
	if (type != DT_REG && type != DT_UNKNOWN)
		return 0;
	if (fstatat(current_fd(walk), name, &st,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		return report_errno(walk, name, errno);
	if (S_ISDIR(st.st_mode))
		return add_directory(walk, name);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_mode & (S_ISUID | S_ISGID))
		return walk_candidate(walk, name);
	return check_caps(walk, name);
}

static int walk_entries(struct walk *walk, const char *entries, size_t len)
{
	const struct dirent64 *entry;

	for (size_t at = 0; at < len; at += entry->d_reclen) {
		entry = (const struct dirent64 *)(const void *)(entries + at);
		if (path_is_dots(entry->d_name))
			continue;
		walk->entries++;
		if (walk_entry(walk, entry->d_name, entry->d_type) < 0)
			return -1;
	}
	if (walk->visitor->progress)
		walk->visitor->progress(walk->visitor->context, walk->entries);
	return 0;
}

/* Reads all of it at once, so that it can be closed and opened again. */
static int read_level(struct walk *walk)
{
	/* The kernel aligns the entries. */
	_Alignas(struct dirent64) char entries[ENTRIES_SIZE];
	int fd = current_fd(walk);
	ssize_t len;

	if (fchdir(fd) < 0)
		return report_errno(walk, NULL, errno);
	while ((len = getdents64(fd, entries, sizeof(entries))) > 0)
		if (walk_entries(walk, entries, (size_t)len) < 0)
			return -1;
	return len < 0 ? report_errno(walk, NULL, errno) : 0;
}

static uint64_t mount_of(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0 ||
	    !(st.stx_mask & STATX_MNT_ID))
		return 0;
	return st.stx_mnt_id;
}

/* The visitor skips it, or it is on a pseudo file system. */
static bool is_skipped(const struct walk *walk, int fd, const struct stat *st,
		       uint64_t mount)
{
	const struct stat *without = walk->visitor->without;
	const struct levels *levels = &walk->levels;

	if (without && st->st_dev == without->st_dev &&
	    st->st_ino == without->st_ino)
		return true;
	if (levels->depth && mount && mount == levels_top(levels)->mount)
		return false;
	return mounts_flags(walk->rootfs->mounts, mount, fd).pseudo;
}

/* Reads and closes the directory `fd`. */
static int walk_directory(struct walk *walk, int fd, const char *name)
{
	int owned CLEANUP_FD = fd;
	uint64_t mount = mount_of(fd);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return report_errno(walk, name, errno);
	if (is_skipped(walk, fd, &st, mount))
		return 0;
	if (levels_push(&walk->levels, TAKE_FD(owned), &st, mount, name,
			walk->err) < 0)
		return -1;
	return read_level(walk);
}

static int walk_next(struct walk *walk)
{
	char *name CLEANUP_FREE = levels_take_name(&walk->levels);
	int fd;

	if (!name)
		return err_set_no_memory(walk->err);
	if (walk->levels.depth >= ROOTFS_DEPTH_MAX)
		return report_unreadable(walk, name, "nested too deeply");
	fd = rootfs_open_in(current_fd(walk), name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return report_errno(walk, name, errno);
	return walk_directory(walk, fd, name);
}

static int walk_levels(struct walk *walk)
{
	struct levels *levels = &walk->levels;

	while (levels->depth) {
		if (!levels_has_name(levels)) {
			levels_pop(levels);
			continue;
		}
		if (levels_reopen(levels, walk->rootfs->fd) < 0) {
			levels_drop_names(levels);
			if (report_errno(walk, NULL, ENOTDIR) < 0)
				return -1;
			continue;
		}
		if (walk_next(walk) < 0)
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
	status = walk_directory(&walk, fd, NULL) < 0 ? -1 : walk_levels(&walk);
	*ret_entries = walk.entries;
	return status;
}
