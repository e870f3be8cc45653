/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds every path in a root file system to a setuid or setgid program or to a
 * file with capabilities; a file with several hard links has several paths.
 * Symbolic links are not followed, devices and FIFOs not opened, and pseudo
 * file systems (proc, sysfs, cgroup) skipped.
 *
 * A walk needs at most LEVELS_OPEN_MAX descriptors (levels.h) and changes the
 * working directory of the process until it returns.
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_WALK_H
#define CAPRUNTIME_CAPCTL_ROOTFS_WALK_H

#include <sys/stat.h>

#include "capctl/rootfs/rootfs.h"

#define ROOTFS_DEPTH_MAX 8192
#define ROOTFS_NAMES_MAX ((size_t)64 * 1024 * 1024) /* bytes */

/* Arguments are valid until the callback returns; -1 stops the walk. */
struct rootfs_visitor {
	int (*found)(void *context, const struct rootfs_file *file,
		     struct err *err);
	/* Something could not be read; the walk continues. */
	int (*unreadable)(void *context, const char *path, const char *reason,
			  struct err *err);
	/* After each directory; may be NULL. */
	void (*progress)(void *context, uint64_t entries);
	void *context;
	const struct stat *without; /* a directory to skip, or NULL */
};

/*
 * ret_entries: the number of directory entries read. -1: the root cannot be
 * read, out of memory, or the visitor stopped the walk.
 */
int rootfs_walk(const struct rootfs *rootfs,
		const struct rootfs_visitor *visitor, uint64_t *ret_entries,
		struct err *err) MUST_CHECK;

#endif
