/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/scan/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "capctl/rootfs/walk.h"

#define PROGRESS_FIRST 500 /* milliseconds */
#define PROGRESS_EVERY 100
#define PROGRESS_WIDTH 64

/* Files around a bundle's root have the path on this machine. */
static int shown_path(const struct scan *scan, const char *path,
		      char **ret_path, struct err *err)
{
	*ret_path =
		alloc_text("%s%s", scan->outside ? scan->operand : "", path);
	return *ret_path ? 0 : err_set_no_memory(err);
}

static int set_covered(struct scan_file *file, const struct spec_mount *mount,
		       struct err *err)
{
	const char *how = mount->nosuid ? "on the container's nosuid mount"
			  : mount->itself
				  ? "on the container's noexec mount"
				  : "hidden by the container's mount on";

	file->effect = PRIVILEGED_NO_EFFECT;
	file->reason = alloc_text("%s %s", how, mount->destination);
	return file->reason ? 0 : err_set_no_memory(err);
}

static int set_effect(const struct scan *scan, struct scan_file *file,
		      struct err *err)
{
	const struct spec_mount *mount = NULL;
	struct privileged_file program = file->file.program;
	const char *reason;

	if (scan->is_bundle && !file->outside)
		program = scan_bundle_view(scan, &file->file, &mount);
	if (mount)
		return set_covered(file, mount, err);
	file->effect = privileged_effect(&program, scan->root, &reason);
	if (!reason)
		return 0;
	file->reason = strdup(reason);
	return file->reason ? 0 : err_set_no_memory(err);
}

static int take_found(void *context, const struct rootfs_file *found,
		      struct err *err)
{
	struct scan *scan = context;
	struct scan_file *files = alloc_room(scan->files, scan->files_count,
					     &scan->files_size, sizeof(*files));
	struct scan_file *file;

	if (!files)
		return err_set_no_memory(err);
	scan->files = files;
	file = &files[scan->files_count++];
	*file = (struct scan_file){ .file = *found, .outside = scan->outside };
	file->file.path = NULL;
	if (shown_path(scan, found->path, &file->file.path, err) < 0)
		return -1;
	return set_effect(scan, file, err);
}

static int take_unreadable(void *context, const char *path, const char *reason,
			   struct err *err)
{
	struct scan *scan = context;
	struct scan_unreadable *list =
		alloc_room(scan->unreadable, scan->unreadable_count,
			   &scan->unreadable_size, sizeof(*list));
	struct scan_unreadable *entry;

	if (!list)
		return err_set_no_memory(err);
	scan->unreadable = list;
	entry = &list[scan->unreadable_count++];
	*entry = (struct scan_unreadable){ .reason = strdup(reason) };
	if (!entry->reason)
		return err_set_no_memory(err);
	return shown_path(scan, path, &entry->path, err);
}

static long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void show_progress(void *context, uint64_t entries)
{
	struct scan *scan = context;
	long time = now_ms();

	if (time - scan->progress_time <
	    (scan->progress_shown ? PROGRESS_EVERY : PROGRESS_FIRST))
		return;
	scan->progress_time = time;
	scan->progress_shown = true;
	fprintf(stderr, "\r%llu entries, %zu found ",
		(unsigned long long)entries, scan->files_count);
}

static void clear_progress(struct scan *scan)
{
	if (scan->progress_shown)
		fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
	scan->progress_shown = false;
}

int scan_walk(struct scan *scan, const struct rootfs *rootfs,
	      const struct stat *without, struct err *err)
{
	struct rootfs_visitor visitor = { .found = take_found,
					  .unreadable = take_unreadable,
					  .context = scan,
					  .without = without };
	uint64_t entries;
	int status;

	if (isatty(STDERR_FILENO))
		visitor.progress = show_progress;
	scan->progress_time = now_ms();
	status = rootfs_walk(rootfs, &visitor, &entries, err);
	clear_progress(scan);
	scan->entries += entries;
	return status;
}

int scan_one(struct scan *scan, struct err *err)
{
	struct rootfs around CLEANUP_ROOTFS = ROOTFS_INIT;
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, scan->path, O_PATH, 0);
	struct err reason;

	if (fd < 0)
		return err_set_errno(err, errno, "'%s'", scan->path);
	if (rootfs_open(&around, "/", err) < 0)
		return -1;
	scan->entries = 1;
	if (rootfs_describe(&around, fd, &file, &reason) < 0 &&
	    take_unreadable(scan, scan->path, reason.text, err) < 0)
		return -1;
	if (!privileged_is_special(&file.program))
		return 0;
	file.path = strdup(scan->path);
	return file.path ? take_found(scan, &file, err)
			 : err_set_no_memory(err);
}

static int compare_scan_files(const void *left, const void *right)
{
	const struct scan_file *a = left, *b = right;

	return strcmp(a->file.path, b->file.path);
}

static int compare_unreadable(const void *left, const void *right)
{
	const struct scan_unreadable *a = left, *b = right;

	return strcmp(a->path, b->path);
}

void scan_sort(struct scan *scan)
{
	if (scan->files_count)
		qsort(scan->files, scan->files_count, sizeof(*scan->files),
		      compare_scan_files);
	if (scan->unreadable_count)
		qsort(scan->unreadable, scan->unreadable_count,
		      sizeof(*scan->unreadable), compare_unreadable);
}
