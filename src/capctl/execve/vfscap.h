/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File capabilities in the extended attribute security.capability: bytes in,
 * masks out. predict.h says which process gets them.
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
	bool effective; /* one flag for all */
	uint32_t root; /* version 3: uid 0 of its user namespace; else 0 */
};

/* -1: a version that the kernel does not know, or a wrong length. */
int vfscap_parse(struct vfscap *ret_caps, const void *data, size_t len,
		 struct err *err) MUST_CHECK;

#endif
