/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of this process's mount namespace, by the mount ID that statx(2)
 * gives for a file: are they nosuid or noexec? tree.h reads what a container
 * will mount.
 *
 * Rests on: mount(8), nosuid and noexec; libmount's table of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)).
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_MOUNTS_H
#define CAPRUNTIME_CAPCTL_ROOTFS_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct mounts;

struct mount_flags {
	bool nosuid;
	bool noexec;
	bool pseudo; /* proc, sysfs or cgroup: nothing can be executed */
};

#define CLEANUP_MOUNTS __attribute__((cleanup(mounts_free)))

/* The caller frees; on -1 *ret_mounts is NULL. */
int mounts_read(struct mounts **ret_mounts, struct err *err) MUST_CHECK;
void mounts_free(struct mounts **mounts);

/*
 * `id` is stx_mnt_id; `fd` is any file on that mount. fstatfs(2) of it answers
 * when the ID is not in the table: the mount is newer, or of another mount
 * namespace (/proc/PID/root).
 */
struct mount_flags mounts_flags(const struct mounts *mounts, uint64_t id,
				int fd);

#endif
