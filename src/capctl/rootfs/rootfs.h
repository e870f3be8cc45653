/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's root file system, read from outside: ".." and absolute links
 * cannot lead out of it, magic links of /proc are not followed, devices and
 * FIFOs are not opened, and nothing is written. walk.h reads a whole tree,
 * privileged.h evaluates a file.
 *
 * Rests on: openat2(2), RESOLVE_IN_ROOT; capabilities(7), "File capabilities".
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_ROOTFS_H
#define CAPRUNTIME_CAPCTL_ROOTFS_ROOTFS_H

#include <sys/types.h>

#include "capctl/execve/privileged.h"
#include "capctl/rootfs/mounts.h"

struct rootfs {
	int fd; /* of the root; O_PATH */
	char *path; /* as the caller named it */
	struct mounts *mounts;
};

/* The kernel reads this much of a script's first line, execve(2). */
#define ROOTFS_LINE_MAX 256

struct rootfs_file {
	char *path; /* in the root, links resolved: "/usr/bin/app" */
	mode_t mode;
	uint32_t links;
	uint64_t mount; /* its number in /proc/self/mountinfo; 0: unknown */
	struct privileged_file program; /* zeroed if no regular file */
	char interpreter[ROOTFS_LINE_MAX]; /* of a script; else "" */
	bool unread; /* no read access: it may be a script */
	bool unreadable; /* on -1: it may exist, but stat or open failed */
};

#define CLEANUP_ROOTFS __attribute__((cleanup(rootfs_close)))
#define CLEANUP_ROOTFS_FILE __attribute__((cleanup(rootfs_file_free)))
#define ROOTFS_INIT                                                            \
	{                                                                      \
		.fd = -1                                                       \
	}

/* The caller closes ret_rootfs, also on -1. `path` itself may be a link. */
int rootfs_open(struct rootfs *ret_rootfs, const char *path,
		struct err *err) MUST_CHECK;
void rootfs_close(struct rootfs *rootfs);

/*
 * Describes the file that `path` resolves to for a process with this root as
 * its root and working directory. The caller frees, also on -1.
 */
int rootfs_stat(const struct rootfs *rootfs, const char *path,
		struct rootfs_file *ret_file, struct err *err) MUST_CHECK;
void rootfs_file_free(struct rootfs_file *file);

/*
 * Describes the file that a runtime executes for args[0] == `name`. A name with
 * a slash is a path relative to `cwd`; any other is searched for in the
 * directories of `search`, the last $PATH of process.env (NULL: unset). Empty
 * directories are skipped, as both runtimes do; relative ones count, though
 * runc refuses to start from them. The caller frees ret_file, also on -1.
 */
int rootfs_find_program(const struct rootfs *rootfs, const char *name,
			const char *search, const char *cwd,
			struct rootfs_file *ret_file,
			struct err *err) MUST_CHECK;

/*
 * Describes the file `name` below `source`, a path on this machine that is
 * bound into the container; "" is `source` itself. A link or another mount on
 * the way is an error: in the container it may lead elsewhere. ret_file->path
 * stays NULL.
 */
int rootfs_stat_bound(const struct rootfs *rootfs, const char *source,
		      const char *name, struct rootfs_file *ret_file,
		      struct err *err) MUST_CHECK;

/* For walk.c and view.c: */

/*
 * openat2(2) with `directory` as the root; with O_NOFOLLOW no link of the path
 * is followed. -1: errno says why.
 */
int rootfs_open_in(int directory, const char *path, int flags) MUST_CHECK;
/*
 * Fills in everything but the path. `fd` was opened with O_PATH. The message
 * names no file. On -1 ret_file holds what could be read.
 */
int rootfs_describe(const struct rootfs *rootfs, int fd,
		    struct rootfs_file *ret_file, struct err *err) MUST_CHECK;

#endif
