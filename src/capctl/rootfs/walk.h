/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk through a root file system for all that raises privileges: every
 * path to a setuid or setgid program and to a file with capabilities (so a file
 * with several links is found by each). Links are not followed, devices and
 * FIFOs not opened; the kernel's own trees (proc, sysfs, cgroup) are left out,
 * nothing can be executed there.
 *
 * At most ROOTFS_OPEN_MAX directories are open at a time; what is kept in mind
 * are the names of directories still to be read. For the time of the walk
 * the process's own directory is elsewhere.
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_WALK_H
#define CAPRUNTIME_CAPCTL_ROOTFS_WALK_H

#include <sys/stat.h>

#include "capctl/rootfs/rootfs.h"

#define ROOTFS_OPEN_MAX 32
#define ROOTFS_DEPTH_MAX 8192
#define ROOTFS_NAMES_MAX ((size_t)64 * 1024 * 1024)

/* What is lent counts until the function returns. */
struct rootfs_visitor {
	/* -1 stops the walk. */
	int (*found)(void *context, const struct rootfs_file *file,
		     struct err *err);
	/* What could not be looked at, and why; the walk goes on. -1 stops it. */
	int (*unreadable)(void *context, const char *path, const char *reason,
			  struct err *err);
	/* Now and then; NULL: not wanted. */
	void (*progress)(void *context, uint64_t entries);
	void *context;
	const struct stat *without; /* a directory to leave out, or NULL */
};

/*
 * ret_entries: how many there were. -1: the root itself cannot be read, out of
 * memory, or the visitor stopped it.
 */
int rootfs_walk(const struct rootfs *rootfs,
		const struct rootfs_visitor *visitor, uint64_t *ret_entries,
		struct err *err) MUST_CHECK;

#endif
