/* SPDX-License-Identifier: Apache-2.0 */
/* The link of a handler, where nobody else can replace it. */
#include "config.h"

#include "runtime/launch.h"

#include "plain_root.h"
#include "tap.h"

static const struct launch by_link = { .handler = "h",
				       .link = "/etc/h",
				       .path = "/bin/runc" };

static bool make_runtime(const struct plain_root *root)
{
	int dir = root->dir.fd;

	return mkdirat(dir, "etc", 0755) == 0 &&
	       mkdirat(dir, "bin", 0755) == 0 &&
	       tempdir_write_str(&root->dir, "bin/runc", "#!/bin/true\n") &&
	       fchmodat(dir, "bin/runc", 0755, 0) == 0 &&
	       symlinkat("/bin/runc", dir, "etc/h") == 0;
}

static void it_is_not_walked(void)
{
	struct err err = { 0 };

	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();

	REQUIRE(make_runtime(&root));
	CHECK(launch_check_path(&by_link, &err) == 0);
	CHECK(walked == 0);
	CHECK_STR(err.text, "");
	REQUIRE(fchmodat(root.dir.fd, "etc", 01777, 0) == 0);
	CHECK(launch_check_path(&by_link, &err) == 0);
	CHECK(walked > 0);
}

static void what_others_can_change_is_refused_by_the_name_of_the_link(void)
{
	struct err err = { 0 };

	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();

	REQUIRE(make_runtime(&root));
	REQUIRE(fchmodat(root.dir.fd, "bin", 0775, 0) == 0);
	CHECK(launch_check_path(&by_link, &err) == -1);
	CHECK_HAS(err.text, "'/etc/h' cannot be trusted");
	REQUIRE(fchmodat(root.dir.fd, "bin", 0755, 0) == 0 &&
		fchmodat(root.dir.fd, "etc", 0777, 0) == 0);
	CHECK(launch_check_path(&by_link, &err) == -1);
	CHECK_HAS(err.text, "'/etc/h' cannot be trusted");
}

static const struct tap_test tests[] = {
	TAP_TEST(it_is_not_walked),
	TAP_TEST(what_others_can_change_is_refused_by_the_name_of_the_link),
};

TAP_MAIN(tests)
