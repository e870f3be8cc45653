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

/* The facts by the table, and those by asking the mount itself. */
static void check_facts(const struct mounts *mounts, const char *path,
			bool nosuid, bool noexec, bool without_programs)
{
	int fd CLEANUP_FD = open(path, O_PATH | O_CLOEXEC);
	uint64_t ids[] = { mount_of(fd), 0 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct mounts_facts facts = mounts_look(mounts, ids[i], fd);

		CHECK(facts.nosuid == nosuid);
		CHECK(facts.noexec == noexec);
		CHECK(facts.without_programs == without_programs);
	}
}

static void mount_and_look(const struct tempdir *dir)
{
	const char *path = dir->path;
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	struct err err = { 0 };

	REQUIRE(mount("test", path, "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0);
	REQUIRE(mounts_read(&mounts, &err) == 0);
	check_facts(mounts, path, true, false, false);

	/* Over the first: another number, and not in that table. */
	REQUIRE(mount("test", path, "tmpfs", MS_NOEXEC, NULL) == 0);
	check_facts(mounts, path, false, true, false);
	mounts_free(&mounts);
	CHECK(mounts == NULL);
	REQUIRE(mounts_read(&mounts, &err) == 0);
	check_facts(mounts, path, false, true, false);
}

static void nosuid_and_noexec_are_told_by_the_mounts_number(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, mount_and_look);
}

static void the_kernels_own_trees_hold_no_programs(void)
{
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	int fd CLEANUP_FD = open("/proc", O_PATH | O_CLOEXEC);
	struct err err = { 0 };

	REQUIRE(mounts_read(&mounts, &err) == 0);
	CHECK(mounts_look(mounts, mount_of(fd), fd).without_programs);
	CHECK(mounts_look(mounts, 0, fd).without_programs);
}

static void what_cannot_be_asked_counts(void)
{
	struct mounts *mounts CLEANUP_MOUNTS = NULL;
	struct mounts_facts facts;
	struct err err = { 0 };

	REQUIRE(mounts_read(&mounts, &err) == 0);
	facts = mounts_look(mounts, 0, -1);
	CHECK(!facts.nosuid && !facts.noexec && !facts.without_programs);
}

static const struct tap_test tests[] = {
	TAP_TEST(nosuid_and_noexec_are_told_by_the_mounts_number),
	TAP_TEST(the_kernels_own_trees_hold_no_programs),
	TAP_TEST(what_cannot_be_asked_counts),
};

TAP_MAIN(tests)
