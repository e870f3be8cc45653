/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts that this process sees, asked by the number that statx(2) gives
 * for a file: does setuid count on it, can anything be executed there? What
 * a container will mount is spec_tree.h.
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

struct mounts_facts {
	bool nosuid;
	bool noexec;
	bool without_programs; /* a kernel's own tree: /proc, /sys */
};

#define CLEANUP_MOUNTS __attribute__((cleanup(mounts_free)))

/* The caller frees; on -1 there is nothing to free. */
int mounts_read(struct mounts **ret_mounts, struct err *err) MUST_CHECK;
void mounts_free(struct mounts **mounts);

/*
 * `id` is stx_mnt_id; `fd` anything on that mount, which is asked where the
 * number is of another mount namespace (/proc/PID/root) or of a later mount.
 */
struct mounts_facts mounts_look(const struct mounts *mounts, uint64_t id,
				int fd);

#endif
