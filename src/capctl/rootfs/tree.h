/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a config.json says of the container's tree of files: where its root is,
 * what is mounted over it, and which user owns what in its user namespace. Text
 * in, structs out; who the container is says spec.h.
 *
 * Rests on: OCI runtime specification config.md "Root", "Mounts" and
 * config-linux.md "User namespace mappings"; mount(8).
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_TREE_H
#define CAPRUNTIME_CAPCTL_ROOTFS_TREE_H

#include "json/scan.h"

struct spec_mount {
	char *destination; /* absolute, without ".", ".." and "//" */
	char *source; /* as it stands there; NULL: none */
	bool bind;
	bool itself; /* binds its own directory: rootfs_view_resolve() */
	bool mapped; /* its users are others than its source's */
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
	char *root; /* as it stands there; NULL: none is named */
	bool readonly; /* the root is to be remounted so */
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

/* The last mount that an absolute path is on, or below; NULL: none. */
const struct spec_mount *spec_tree_mount(const struct spec_tree *tree,
					 const char *path);

/* The number inside that an outer one has; false: none. */
bool spec_map_inside(const struct spec_map *map, uint32_t outside,
		     uint32_t *ret_inside);
/* The outer one of an inner. */
bool spec_map_outside(const struct spec_map *map, uint32_t inside,
		      uint32_t *ret_outside);

/*
 * The same where the maps may not count: without `new_userns` (spec.h) a number
 * is the same on both sides.
 */
uint32_t spec_map_outer(const struct spec_map *map, bool new_userns,
			uint32_t inner); /* EXECVE_NO_ROOT: none */
bool spec_tree_has_owner(const struct spec_tree *tree, bool new_userns,
			 uint32_t uid, uint32_t gid);

#endif
