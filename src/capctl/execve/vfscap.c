/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/vfscap.h"

#include <linux/capability.h>

static uint32_t read_le32(const unsigned char *bytes, size_t index)
{
	const unsigned char *at = bytes + index * sizeof(uint32_t);

	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

/* One (permitted, inheritable) pair for each 32 capabilities. */
static void read_masks(struct vfscap *caps, const unsigned char *bytes,
		       size_t pairs)
{
	for (size_t i = 0; i < pairs; i++) {
		caps->permitted |= (capmask)read_le32(bytes, 1 + 2 * i)
				   << 32 * i;
		caps->inheritable |= (capmask)read_le32(bytes, 2 + 2 * i)
				     << 32 * i;
	}
}

int vfscap_parse(struct vfscap *ret_caps, const void *data, size_t len,
		 struct err *err)
{
	static const struct {
		uint32_t revision;
		size_t len;
		size_t pairs;
	} versions[] = {
		{ VFS_CAP_REVISION_1, XATTR_CAPS_SZ_1, VFS_CAP_U32_1 },
		{ VFS_CAP_REVISION_2, XATTR_CAPS_SZ_2, VFS_CAP_U32_2 },
		{ VFS_CAP_REVISION_3, XATTR_CAPS_SZ_3, VFS_CAP_U32_3 },
	};
	uint32_t magic;

	*ret_caps = (struct vfscap){ 0 };
	if (len < sizeof(magic))
		return err_set(err,
			       VFSCAP_NAME
			       " has %zu bytes, fewer than any version",
			       len);
	magic = read_le32(data, 0);
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		if ((magic & VFS_CAP_REVISION_MASK) != versions[i].revision)
			continue;
		if (len != versions[i].len)
			return err_set(
				err,
				VFSCAP_NAME
				" version %zu has %zu bytes instead of %zu",
				i + 1, len, versions[i].len);
		/* execve(2) ignores all other flags. */
		ret_caps->effective = magic & VFS_CAP_FLAGS_EFFECTIVE;
		ret_caps->version = (int)i + 1;
		read_masks(ret_caps, data, versions[i].pairs);
		if (versions[i].revision == VFS_CAP_REVISION_3)
			ret_caps->root = read_le32(data, 5);
		return 0;
	}
	return err_set(err,
		       VFSCAP_NAME
		       " has version 0x%08x, which the kernel does not know",
		       magic & VFS_CAP_REVISION_MASK);
}
