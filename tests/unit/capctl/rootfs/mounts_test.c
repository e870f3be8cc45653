/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/mounts.h"

#include "own_mounts.h"

static uint64_t mount_of(int fd)
{
	struct statx st = { 0 };

	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) == 0);
	CHECK(st.stx_mask & STATX_MNT_ID);
	return st.stx_mnt_id;
}

/* By the mount ID in the table, and by fstatfs(2). */
static void check_flags(const struct mounts *mounts, const char *path,
			bool nosuid, bool noexec, bool pseudo)
{
	int fd CLEANUP_FD = open(path, O_PATH | O_CLOEXEC);
	uint64_t ids[] = { mount_of(fd), 0 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct mount_flags flags = mounts_flags(mounts, ids[i], fd);

		CHECK(flags.nosuid == nosuid);
		CHECK(flags.noexec == noexec);
		CHECK(flags.pseudo == pseudo);
	}
}

static void mount_and_check(const struct tempdir *dir)
{
	const char *path = dir->path;
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	struct err err = { 0 };

	REQUIRE(mount("test", path, "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0);
	REQUIRE(mounts_read(&mounts, &err) == 0);
	check_flags(mounts, path, true, false, false);

	/* Covers the first mount: its ID is not in the table. */
	REQUIRE(mount("test", path, "tmpfs", MS_NOEXEC, NULL) == 0);
	check_flags(mounts, path, false, true, false);
	mounts_free(&mounts);
	CHECK(mounts == NULL);
	REQUIRE(mounts_read(&mounts, &err) == 0);
	check_flags(mounts, path, false, true, false);
}

static void nosuid_and_noexec_are_found_by_mount_id(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, mount_and_check);
}

static void proc_is_a_pseudo_file_system(void)
{
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	int fd CLEANUP_FD = open("/proc", O_PATH | O_CLOEXEC);
	struct err err = { 0 };

	REQUIRE(mounts_read(&mounts, &err) == 0);
	CHECK(mounts_flags(mounts, mount_of(fd), fd).pseudo);
	CHECK(mounts_flags(mounts, 0, fd).pseudo);
}

static void an_unknown_mount_has_no_flags(void)
{
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	struct mount_flags flags;
	struct err err = { 0 };

	REQUIRE(mounts_read(&mounts, &err) == 0);
	flags = mounts_flags(mounts, 0, -1);
	CHECK(!flags.nosuid && !flags.noexec && !flags.pseudo);
}

static const struct tap_test tests[] = {
	TAP_TEST(nosuid_and_noexec_are_found_by_mount_id),
	TAP_TEST(proc_is_a_pseudo_file_system),
	TAP_TEST(an_unknown_mount_has_no_flags),
};

TAP_MAIN(tests)
