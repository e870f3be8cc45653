/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/view.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

/*
 * runc 1.1 remounts a read-only root and crun 1.8 every root, both without the
 * options that it had. In a new user namespace the kernel has locked them.
 */
static bool is_remounted(const struct spec_tree *tree, bool new_userns,
			 enum runtime_dialect dialect)
{
	return (tree->readonly || dialect == RUNTIME_CRUN) && !new_userns;
}

int rootfs_view_read(struct rootfs_view *ret_view, const struct json_doc *doc,
		     bool new_userns, enum runtime_dialect dialect,
		     struct err *err)
{
	struct rootfs_view *view = ret_view;

	*view = (struct rootfs_view){ .new_userns = new_userns };
	if (spec_tree_read(&view->tree, doc, err) < 0)
		return -1;
	view->remounts = is_remounted(&view->tree, new_userns, dialect);
	return 0;
}

void rootfs_view_free(struct rootfs_view *view)
{
	spec_tree_free(&view->tree);
}

/* Its source is the directory of the image that it is mounted on. */
static bool binds_itself(const struct spec_mount *mount, int fd,
			 const char *bundle)
{
	char *path CLEANUP_FREE = NULL;
	struct stat source, image;

	if (!mount->bind || !mount->source)
		return false;
	path = alloc_path(bundle, mount->source);
	return path && stat(path, &source) == 0 && fstat(fd, &image) == 0 &&
	       source.st_dev == image.st_dev && source.st_ino == image.st_ino;
}

static void resolve_mount(struct spec_mount *mount, const struct rootfs *rootfs,
			  const char *bundle)
{
	struct rootfs_file place CLEANUP_ROOTFS_FILE = { 0 };
	struct err ignored;
	int fd CLEANUP_FD =
		rootfs_open_in(rootfs->fd, mount->destination, O_PATH);

	if (fd < 0 ||
	    rootfs_stat(rootfs, mount->destination, &place, &ignored) < 0)
		return;
	free(mount->destination);
	mount->destination = TAKE_PTR(place.path);
	mount->itself = binds_itself(mount, fd, bundle);
}

/* An earlier mount hides the image's links below it. */
static bool is_mount_hidden(const struct spec_tree *tree, size_t index)
{
	const char *destination = tree->mounts[index].destination;

	for (size_t i = 0; i < index; i++) {
		struct spec_tree one = { .mounts = &tree->mounts[i],
					 .mounts_count = 1 };

		if (!tree->mounts[i].itself &&
		    spec_tree_mount(&one, destination))
			return true;
	}
	return false;
}

void rootfs_view_resolve(struct rootfs_view *view, const struct rootfs *rootfs,
			 const char *bundle)
{
	struct rootfs_file root CLEANUP_ROOTFS_FILE = { 0 };
	struct err ignored;

	for (size_t i = 0; i < view->tree.mounts_count; i++)
		if (!is_mount_hidden(&view->tree, i))
			resolve_mount(&view->tree.mounts[i], rootfs, bundle);
	if (rootfs_stat(rootfs, "/", &root, &ignored) == 0)
		view->mount = root.mount;
}

const struct spec_mount *rootfs_view_mount(const struct rootfs_view *view,
					   const char *path)
{
	const struct spec_mount *mount = spec_tree_mount(&view->tree, path);

	return mount && strcmp(mount->destination, "/") == 0 ? NULL : mount;
}

bool rootfs_view_may_remount(const struct rootfs_view *view,
			     const struct rootfs_file *file)
{
	return view->remounts && file->mount == view->mount;
}

bool rootfs_view_has_owner(const struct rootfs_view *view,
			   const struct rootfs_file *file)
{
	const struct execve_file *owned = &file->program.file;

	return spec_tree_has_owner(&view->tree, view->new_userns, owned->uid,
				   owned->gid);
}

uint32_t rootfs_view_uid(const struct rootfs_view *view, uint32_t uid)
{
	return spec_map_outer(&view->tree.users, view->new_userns, uid);
}

uint32_t rootfs_view_gid(const struct rootfs_view *view, uint32_t gid)
{
	return spec_map_outer(&view->tree.groups, view->new_userns, gid);
}
