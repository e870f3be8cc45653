/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's capabilities, as the extended attribute security.capability holds
 * them: bytes in, masks out. Which process gets them is exec_caps.h.
 *
 * Rests on: capabilities(7) "File capability extended attribute versioning";
 * linux/capability.h, struct vfs_cap_data and vfs_ns_cap_data.
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_VFSCAP_H
#define CAPRUNTIME_CAPCTL_EXECVE_VFSCAP_H

#include "base/cleanup.h"
#include "base/err.h"
#include "caps/set.h"

#define VFSCAP_NAME "security.capability"
#define VFSCAP_MAX 64 /* bytes; larger than any version */

struct vfscap {
	int version; /* 1, 2 or 3 */
	capmask permitted;
	capmask inheritable;
	bool effective; /* one bit for all of them */
	uint32_t root; /* version 3: the root user they are for; else 0 */
};

/* -1: no version that the kernel knows, or a length that is not its. */
int vfscap_parse(struct vfscap *ret_caps, const void *data, size_t len,
		 struct err *err) MUST_CHECK;

#endif
