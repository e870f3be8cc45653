/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What config.json says about the container's file system: its root, its mounts
 * and the ID mappings of its user namespace. Pure: text in, structs out. spec.h
 * reads the process, view.h applies the mounts to an image.
 *
 * Rests on: OCI runtime specification config.md "Root", "Mounts" and
 * config-linux.md "User namespace mappings"; mount(8).
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_TREE_H
#define CAPRUNTIME_CAPCTL_ROOTFS_TREE_H

#include "json/scan.h"

struct spec_mount {
	char *destination; /* absolute, without ".", ".." and "//" */
	char *source; /* as in config.json; NULL: none */
	bool bind;
	bool itself; /* set by rootfs_view_resolve() */
	bool mapped; /* an ID-mapped mount: other owners than the source */
	bool nosuid;
	bool noexec;
};

struct spec_range {
	uint32_t inside;
	uint32_t outside;
	uint32_t size;
};

struct spec_map {
	struct spec_range *ranges;
	size_t count;
};

struct spec_tree {
	char *root; /* as in config.json; NULL: none */
	bool readonly; /* the runtime remounts the root read-only */
	struct spec_mount *mounts;
	size_t mounts_count;
	struct spec_map users;
	struct spec_map groups;
};

#define CLEANUP_SPEC_TREE __attribute__((cleanup(spec_tree_free)))

/* `doc` passed json_check(). The caller frees, also on -1. */
int spec_tree_read(struct spec_tree *ret_tree, const struct json_doc *doc,
		   struct err *err) MUST_CHECK;
void spec_tree_free(struct spec_tree *tree);

/* The last mount at an absolute path or above it; NULL: none. */
const struct spec_mount *spec_tree_mount(const struct spec_tree *tree,
					 const char *path);

/* The ID in the user namespace for one outside of it; false: none. */
bool spec_map_inside(const struct spec_map *map, uint32_t outside,
		     uint32_t *ret_inside);
/* The reverse. */
bool spec_map_outside(const struct spec_map *map, uint32_t inside,
		      uint32_t *ret_outside);

/*
 * The same with `new_userns` of spec.h: without a new user namespace the maps
 * do not count. spec_map_outer() returns EXECVE_NO_ROOT for an unmapped ID.
 */
uint32_t spec_map_outer(const struct spec_map *map, bool new_userns,
			uint32_t inner);
bool spec_tree_has_owner(const struct spec_tree *tree, bool new_userns,
			 uint32_t uid, uint32_t gid);

#endif
