/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's view of an image (rootfs.h), as far as config.json decides it
 * (tree.h): which mount covers a path, whether the runtime may clear a mount's
 * options, and which user owns a file. It reads the image and writes nothing.
 *
 * Rests on: runc's libcontainer/rootfs_linux.go; crun's src/libcrun/linux.c;
 * mount_namespaces(7), locked mount flags; user_namespaces(7), "User and group
 * ID mappings".
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_VIEW_H
#define CAPRUNTIME_CAPCTL_ROOTFS_VIEW_H

#include "capctl/rootfs/rootfs.h"
#include "capctl/rootfs/tree.h"
#include "runtime/args.h"

struct rootfs_view {
	struct spec_tree tree;
	bool new_userns; /* of the container's own: spec.h */
	bool remounts; /* the runtime remounts the root */
	uint64_t mount; /* of the root, after rootfs_view_resolve() */
};

#define CLEANUP_ROOTFS_VIEW __attribute__((cleanup(rootfs_view_free)))

/* `doc` passed json_check(). The caller frees, also on -1. */
int rootfs_view_read(struct rootfs_view *ret_view, const struct json_doc *doc,
		     bool new_userns, enum runtime_dialect dialect,
		     struct err *err) MUST_CHECK;
void rootfs_view_free(struct rootfs_view *view);

/*
 * Follows the image's links in the destinations of the mounts, as the runtime
 * will, and finds out which bind mounts bind a directory over itself. Sources
 * are relative to `bundle`, the bundle's directory. A destination that the
 * image lacks stays as config.json names it.
 */
void rootfs_view_resolve(struct rootfs_view *view, const struct rootfs *rootfs,
			 const char *bundle);

/* The mount that covers the path; NULL: the root file system has it. */
const struct spec_mount *rootfs_view_mount(const struct rootfs_view *view,
					   const char *path);

/* May the runtime clear nosuid and noexec of the mount the file is on? */
bool rootfs_view_may_remount(const struct rootfs_view *view,
			     const struct rootfs_file *file);

/* Do the file's owner and group have an ID in the container? */
bool rootfs_view_has_owner(const struct rootfs_view *view,
			   const struct rootfs_file *file);

/* The ID on this machine of a container's user or group, or EXECVE_NO_ROOT. */
uint32_t rootfs_view_uid(const struct rootfs_view *view, uint32_t uid);
uint32_t rootfs_view_gid(const struct rootfs_view *view, uint32_t gid);

#endif
