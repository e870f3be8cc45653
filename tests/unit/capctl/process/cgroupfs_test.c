/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/cgroupfs.h"

#include <sys/stat.h>

#include "tap.h"
#include "tempdir.h"

#define STRANGER 4711

static bool is_trusted(int cgroups, const char *controllers, const char *above,
		       bool is_known)
{
	const struct cgroup_place place = {
		.id = "x",
		.id_len = 1,
		.is_known = is_known,
		.controllers = controllers,
		.controllers_len = strlen(controllers),
		.above = above,
		.above_len = strlen(above),
	};

	return cgroupfs_is_trusted(cgroups, &place);
}

static void make_directory(const struct tempdir *dir, const char *name,
			   mode_t mode)
{
	CHECK(mkdirat(dir->fd, name, 0700) == 0);
	CHECK(fchmodat(dir->fd, name, mode, 0) == 0);
}

static void each_hierarchy_has_its_directory(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	make_directory(&dir, "cpu,cpuacct", 0755);
	make_directory(&dir, "cpu,cpuacct/a", 0755);
	make_directory(&dir, "systemd", 0755);
	make_directory(&dir, "systemd/b", 0755);
	make_directory(&dir, "c", 0755);
	CHECK(is_trusted(dir.fd, "cpu,cpuacct", "/a/", false));
	CHECK(!is_trusted(dir.fd, "cpu,cpuacct", "/b/", true));
	CHECK(is_trusted(dir.fd, "name=systemd", "/b/", false));
	CHECK(!is_trusted(dir.fd, "name=systemd", "/a/", true));
	CHECK(is_trusted(dir.fd, "", "/c/", false));
	CHECK(is_trusted(dir.fd, "", "/", false));
	make_directory(&dir, "unified", 0755);
	make_directory(&dir, "unified/d", 0755);
	CHECK(is_trusted(dir.fd, "", "/d/", false));
	CHECK(!is_trusted(dir.fd, "", "/c/", true));
}

static void others_must_not_be_able_to_create_the_name(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	make_directory(&dir, "open", 0757);
	make_directory(&dir, "group", 0775);
	make_directory(&dir, "other", 0755);
	CHECK(!is_trusted(dir.fd, "", "/open/", true));
	CHECK(!is_trusted(dir.fd, "", "/group/", true));
	CHECK(!is_trusted(dir.fd, "", "/missing/", true));
	CHECK(is_trusted(dir.fd, "", "/other/", true));
	if (fchownat(dir.fd, "other", STRANGER, STRANGER, 0) == 0)
		CHECK(!is_trusted(dir.fd, "", "/other/", true));
}

/* A user cannot bring this about. */
static void an_unknown_place_is_trusted_for_a_known_id(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	static const char *const hierarchies[] = { "pids", "name=systemd",
						   "a/b", "name=a/b" };

	for (size_t i = 0; i < ARRAY_LEN(hierarchies); i++) {
		CHECK(is_trusted(dir.fd, hierarchies[i], "/", true));
		CHECK(!is_trusted(dir.fd, hierarchies[i], "/", false));
	}
	CHECK(is_trusted(dir.fd, "", "/../../k8s.io/", true));
	CHECK(!is_trusted(dir.fd, "", "/../../k8s.io/", false));
	CHECK(is_trusted(-1, "", "/", true));
	CHECK(!is_trusted(-1, "", "/", false));
}

static const struct tap_test tests[] = {
	TAP_TEST(each_hierarchy_has_its_directory),
	TAP_TEST(others_must_not_be_able_to_create_the_name),
	TAP_TEST(an_unknown_place_is_trusted_for_a_known_id),
};

TAP_MAIN(tests)
