/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/mounts.h"

#include <errno.h>
#ifdef HAVE_LIBMOUNT
#include <libmount/libmount.h>
#endif
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static bool is_pseudo_magic(__fsword_t magic)
{
	return magic == PROC_SUPER_MAGIC || magic == SYSFS_MAGIC ||
	       magic == CGROUP_SUPER_MAGIC || magic == CGROUP2_SUPER_MAGIC;
}

/* If it fails, bits on the mount count as effective: the safe report. */
static struct mount_flags flags_of_fd(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return (struct mount_flags){ 0 };
	return (struct mount_flags){
		.nosuid = fs.f_flags & ST_NOSUID,
		.noexec = fs.f_flags & ST_NOEXEC,
		.pseudo = is_pseudo_magic(fs.f_type),
	};
}

#ifdef HAVE_LIBMOUNT

#define TABLE "/proc/self/mountinfo"

struct mounts {
	struct libmnt_table *table;
};

void mounts_free(struct mounts **mounts)
{
	if (!*mounts)
		return;
	mnt_unref_table((*mounts)->table);
	free(*mounts);
	*mounts = NULL;
}

static int read_table(struct mounts *mounts, struct err *err)
{
	int status;

	mounts->table = mnt_new_table();
	if (!mounts->table)
		return err_set_no_memory(err);
	status = mnt_table_parse_file(mounts->table, TABLE);
	if (status < 0)
		return err_set_errno(err, -status, "read '%s'", TABLE);
	return 0;
}

int mounts_read(struct mounts **ret_mounts, struct err *err)
{
	*ret_mounts = calloc(1, sizeof(**ret_mounts));
	if (!*ret_mounts)
		return err_set_no_memory(err);
	if (read_table(*ret_mounts, err) == 0)
		return 0;
	mounts_free(ret_mounts);
	return -1;
}

static struct libmnt_fs *find_mount(const struct mounts *mounts, uint64_t id)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *found = NULL, *fs;

	while (iter && mnt_table_next_fs(mounts->table, iter, &fs) == 0) {
		if ((uint64_t)mnt_fs_get_id(fs) != id)
			continue;
		found = fs;
		break;
	}
	mnt_free_iter(iter);
	return found;
}

static bool has_option(struct libmnt_fs *fs, const char *name)
{
	const char *options = mnt_fs_get_vfs_options(fs);

	return options && mnt_optstr_get_option(options, name, NULL, NULL) == 0;
}

/* The kernel sets SB_I_NOEXEC on these; /proc is also endless. */
static bool is_pseudo_type(const char *type)
{
	static const char *const types[] = { "proc", "sysfs", "cgroup",
					     "cgroup2" };

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

struct mount_flags mounts_flags(const struct mounts *mounts, uint64_t id,
				int fd)
{
	struct libmnt_fs *fs = find_mount(mounts, id);

	if (!fs)
		return flags_of_fd(fd);
	return (struct mount_flags){
		.nosuid = has_option(fs, "nosuid"),
		.noexec = has_option(fs, "noexec"),
		.pseudo = is_pseudo_type(mnt_fs_get_fstype(fs)),
	};
}

#else /* a static program: fstatfs(2) of each file */

struct mounts {
	char unused;
};

void mounts_free(struct mounts **mounts)
{
	free(*mounts);
	*mounts = NULL;
}

int mounts_read(struct mounts **ret_mounts, struct err *err)
{
	*ret_mounts = calloc(1, sizeof(**ret_mounts));
	return *ret_mounts ? 0 : err_set_no_memory(err);
}

struct mount_flags mounts_flags(const struct mounts *mounts, uint64_t id,
				int fd)
{
	(void)mounts;
	(void)id;
	return flags_of_fd(fd);
}

#endif
