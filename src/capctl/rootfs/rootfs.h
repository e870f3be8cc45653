/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's root file system, looked at from outside and never left:
 * "..", absolute links and links of links stay in it, links of /proc are not
 * followed, devices and FIFOs are not opened. Nothing is written. Reading all
 * of it is rootfs_walk.h, what the files mean is program.h.
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
	char *path; /* as given */
	struct mounts *mounts;
};

/* The kernel looks at no more of a script's first line, execve(2). */
#define ROOTFS_LINE_MAX 256

struct rootfs_file {
	char *path; /* in the root, without links: "/usr/bin/app" */
	mode_t mode;
	uint32_t links;
	uint64_t mount; /* its number in /proc/self/mountinfo; 0: unknown */
	struct privileged_file program; /* of a regular file; else zeroed */
	char interpreter[ROOTFS_LINE_MAX]; /* of a script; "" */
	bool unread; /* whether it is a script is not known */
	bool unreadable; /* on -1: not for what it is, and not missing */
};

#define CLEANUP_ROOTFS __attribute__((cleanup(rootfs_close)))
#define CLEANUP_ROOTFS_FILE __attribute__((cleanup(rootfs_file_free)))
#define ROOTFS_INIT                                                            \
	{                                                                      \
		.fd = -1                                                       \
	}

/* ret_rootfs is to be closed also on -1. `path` itself may be a link. */
int rootfs_open(struct rootfs *ret_rootfs, const char *path,
		struct err *err) MUST_CHECK;
void rootfs_close(struct rootfs *rootfs);

/*
 * The file that `path` leads to for a process whose root this is and whose
 * directory is that root. The caller frees, also on -1.
 */
int rootfs_look(const struct rootfs *rootfs, const char *path,
		struct rootfs_file *ret_file, struct err *err) MUST_CHECK;
void rootfs_file_free(struct rootfs_file *file);

/*
 * The program that a runtime starts for args[0] == `name`: with a slash in it a
 * path from `cwd`, else the first executable file in the directories of
 * `search`, the last $PATH of process.env. NULL and empty: none is found; nor
 * is one by an empty part of it, and by a relative one only under crun (runc
 * refuses). The caller frees ret_file, also on -1.
 */
int rootfs_find_program(const struct rootfs *rootfs, const char *name,
			const char *search, const char *cwd,
			struct rootfs_file *ret_file,
			struct err *err) MUST_CHECK;

/*
 * The file `name` below `source`, which is bound into the container from
 * outside of this root; "": itself. As the container will have it only where
 * neither a link nor another mount is in the way: both may lead elsewhere in
 * there, and fail here. ret_file->path stays NULL.
 */
int rootfs_look_bound(const struct rootfs *rootfs, const char *source,
		      const char *name, struct rootfs_file *ret_file,
		      struct err *err) MUST_CHECK;

/* For rootfs_walk.c: these open and describe one thing. */

/*
 * openat2(2) in `directory` as if that were the root; with O_NOFOLLOW no link
 * is followed at all. -1: errno says why.
 */
int rootfs_open_in(int directory, const char *path, int flags) MUST_CHECK;
/*
 * All but the path. `fd` is an O_PATH one. The message names no file. On -1
 * what could be found out stands in ret_file all the same.
 */
int rootfs_describe(const struct rootfs *rootfs, int fd,
		    struct rootfs_file *ret_file, struct err *err) MUST_CHECK;

#endif
