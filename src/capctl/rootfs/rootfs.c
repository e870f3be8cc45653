/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"

/* openat2(2) fails with EAGAIN when anything in the tree is renamed. */
#define TRIES 64
#define FD_PATH_SIZE 32
#define FD_PATH "/proc/self/fd/%d"

int rootfs_open_in(int directory, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	if (flags & O_NOFOLLOW)
		how.resolve |= RESOLVE_NO_SYMLINKS;
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int rootfs_open(struct rootfs *ret_rootfs, const char *path, struct err *err)
{
	*ret_rootfs = (struct rootfs)ROOTFS_INIT;
	ret_rootfs->fd = fileio_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (ret_rootfs->fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	ret_rootfs->path = strdup(path);
	if (!ret_rootfs->path)
		return err_set_no_memory(err);
	return mounts_read(&ret_rootfs->mounts, err);
}

void rootfs_close(struct rootfs *rootfs)
{
	if (rootfs->fd >= 0)
		close(rootfs->fd);
	free(rootfs->path);
	mounts_free(&rootfs->mounts);
	*rootfs = (struct rootfs)ROOTFS_INIT;
}

void rootfs_file_free(struct rootfs_file *file)
{
	free(file->path);
	file->path = NULL;
}

static int read_caps(struct rootfs_file *file, const char *fd_path,
		     struct err *err)
{
	struct privileged_file *program = &file->program;
	unsigned char value[VFSCAP_MAX];
	ssize_t len = getxattr(fd_path, VFSCAP_NAME, value, sizeof(value));

	if (len < 0 && (errno == ENODATA || errno == ENOTSUP))
		return 0;
	if (len < 0 && errno == EOVERFLOW) {
		program->caps_elsewhere = true;
		return 0;
	}
	/* cap_inode_getsecurity() returns versions 2 and 3 only. */
	if (len < 0 && (errno == EINVAL || errno == ERANGE))
		return err_set(err, VFSCAP_NAME
			       " is malformed or older than version 2");
	file->unreadable = len < 0;
	if (len < 0)
		return err_set_errno(err, errno, "read " VFSCAP_NAME);
	if (vfscap_parse(&program->file.caps, value, (size_t)len, err) < 0)
		return -1;
	program->file.has_caps = true;
	return 0;
}

/* As fs/binfmt_script.c: blanks, then the path up to a blank or newline. */
static void read_interpreter(struct rootfs_file *file, const char *line)
{
	size_t len;

	file->program.script = true;
	line += strlen("#!");
	line += strspn(line, " \t");
	len = strcspn(line, " \t\n");
	memcpy(file->interpreter, line, len);
	file->interpreter[len] = '\0';
}

static void read_first_line(struct rootfs_file *file, const char *fd_path)
{
	int fd CLEANUP_FD =
		fileio_open(AT_FDCWD, fd_path, O_RDONLY | O_NONBLOCK, 0);
	char line[ROOTFS_LINE_MAX] = { 0 };

	file->unread = fd < 0 || read(fd, line, sizeof(line) - 1) < 0;
	if (line[0] == '#' && line[1] == '!')
		read_interpreter(file, line);
}

int rootfs_describe(const struct rootfs *rootfs, int fd,
		    struct rootfs_file *ret_file, struct err *err)
{
	struct execve_file *file = &ret_file->program.file;
	char fd_path[FD_PATH_SIZE];
	struct mount_flags mount;
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID,
		  &st) < 0) {
		ret_file->unreadable = true;
		return err_set_errno(err, errno, "stat");
	}
	*ret_file = (struct rootfs_file){ .path = ret_file->path,
					  .mode = st.stx_mode,
					  .links = st.stx_nlink };
	if (st.stx_mask & STATX_MNT_ID)
		ret_file->mount = st.stx_mnt_id;
	if (!S_ISREG(st.stx_mode))
		return 0;
	mount = mounts_flags(rootfs->mounts, ret_file->mount, fd);
	file->mode = st.stx_mode;
	file->uid = st.stx_uid;
	file->gid = st.stx_gid;
	file->nosuid = mount.nosuid;
	ret_file->program.noexec = mount.noexec || mount.pseudo;
	snprintf(fd_path, sizeof(fd_path), FD_PATH, fd);
	read_first_line(ret_file, fd_path);
	return read_caps(ret_file, fd_path, err);
}

static ssize_t read_fd_path(int fd, char place[PATH_SIZE])
{
	char fd_path[FD_PATH_SIZE];
	ssize_t len;

	snprintf(fd_path, sizeof(fd_path), FD_PATH, fd);
	len = readlink(fd_path, place, PATH_SIZE - 1);
	place[len < 0 ? 0 : len] = '\0';
	return len;
}

/* The path of `fd` in the root; `path` if the kernel does not know it. */
static char *resolved_path(const struct rootfs *rootfs, int fd,
			   const char *path)
{
	char root[PATH_SIZE], place[PATH_SIZE];
	ssize_t len = read_fd_path(rootfs->fd, root);

	if (len == 1)
		len = 0; /* "/" itself */
	if (len < 0 || read_fd_path(fd, place) < 0 ||
	    strncmp(place, root, (size_t)len) != 0 ||
	    (place[len] != '/' && place[len] != '\0'))
		return strdup(path);
	return strdup(place[len] ? place + len : "/");
}

/* The execve(2) of the container would fail with this, too. */
static bool is_missing(int number)
{
	return number == ENOENT || number == ENOTDIR || number == ELOOP ||
	       number == ENAMETOOLONG;
}

static int stat_error(struct rootfs_file *ret_file, int number,
		      const char *path, struct err *err)
{
	ret_file->unreadable = !is_missing(number);
	return err_set_errno(err, number, "'%s'", path);
}

int rootfs_stat(const struct rootfs *rootfs, const char *path,
		struct rootfs_file *ret_file, struct err *err)
{
	int fd CLEANUP_FD = rootfs_open_in(rootfs->fd, path, O_PATH);

	*ret_file = (struct rootfs_file){ 0 };
	if (fd < 0)
		return stat_error(ret_file, errno, path, err);
	ret_file->path = resolved_path(rootfs, fd, path);
	if (!ret_file->path)
		return err_set_no_memory(err);
	if (rootfs_describe(rootfs, fd, ret_file, err) < 0)
		return err_wrap(err, "'%s'", path);
	return 0;
}

static int check_executable(const struct rootfs_file *file, const char *path,
			    struct err *err)
{
	if (!S_ISREG(file->mode))
		return err_set(err, "'%s' is not a regular file", path);
	if (!privileged_is_executable(&file->program))
		return err_set(err, "'%s' is not executable", path);
	return 0;
}

static int stat_executable(const struct rootfs *rootfs, const char *path,
			   struct rootfs_file *ret_file, struct err *err)
{
	return rootfs_stat(rootfs, path, ret_file, err) < 0
		       ? -1
		       : check_executable(ret_file, path, err);
}

/* The directory is the first `len` bytes of `directory`. */
static int stat_in_directory(const struct rootfs *rootfs, const char *cwd,
			     const char *directory, size_t len,
			     const char *name, struct rootfs_file *ret_file,
			     struct err *err)
{
	char *part CLEANUP_FREE = strndup(directory, len);
	char *parent CLEANUP_FREE = part ? alloc_path(cwd, part) : NULL;
	char *path CLEANUP_FREE = parent ? alloc_path(parent, name) : NULL;

	if (!path)
		return err_set_no_memory(err);
	return stat_executable(rootfs, path, ret_file, err);
}

int rootfs_find_program(const struct rootfs *rootfs, const char *name,
			const char *search, const char *cwd,
			struct rootfs_file *ret_file, struct err *err)
{
	*ret_file = (struct rootfs_file){ 0 };
	if (strchr(name, '/'))
		return stat_in_directory(rootfs, cwd, "", 0, name, ret_file,
					 err);
	if (!*name)
		return err_set(err, "the program's name is empty");

	while (search && *search) {
		size_t len = strcspn(search, ":");
		struct err reason;

		if (len && stat_in_directory(rootfs, cwd, search, len, name,
					     ret_file, &reason) == 0)
			return 0;
		rootfs_file_free(ret_file);
		if (ret_file->unreadable)
			return err_set(err, "%s", reason.text);
		search += len;
		search += *search == ':';
	}
	return err_set(err, "'%s' is not in $PATH", name);
}

int rootfs_stat_bound(const struct rootfs *rootfs, const char *source,
		      const char *name, struct rootfs_file *ret_file,
		      struct err *err)
{
	int at CLEANUP_FD = fileio_open(AT_FDCWD, source, O_PATH, 0);
	int below CLEANUP_FD = -1;
	struct rootfs_file start = { 0 };
	int fd = at;

	*ret_file = (struct rootfs_file){ 0 };
	if (at < 0)
		return stat_error(ret_file, errno, source, err);
	if (*name)
		fd = below = rootfs_open_in(at, name, O_PATH | O_NOFOLLOW);
	if (fd < 0 && errno != ELOOP) {
		ret_file->unreadable = !is_missing(errno);
		return err_set_errno(err, errno, "'%s/%s'", source, name);
	}
	if (fd >= 0 && (rootfs_describe(rootfs, at, &start, err) < 0 ||
			rootfs_describe(rootfs, fd, ret_file, err) < 0))
		return err_wrap(err, "'%s'", source);
	if (fd < 0 || S_ISLNK(ret_file->mode))
		return err_set(err, "'%s/%s' is a symbolic link or below one",
			       source, name);
	if (ret_file->mount != start.mount)
		return err_set(err, "'%s/%s' is on another mount", source,
			       name);
	return check_executable(ret_file, *name ? name : source, err);
}
