/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a person names. The node's own files: tests/cli/trust.bats. */
#include "config.h"

#include "policy/files.h"

#include "tap.h"
#include "tempdir.h"

#define POLICY(rule) "{\"version\":1,\"rules\":[" rule "]}"
#define RULE "{\"name\":\"r\",\"match\":{\"id\":\"a\"}}"

static void check_load(const char *path, const char *want)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct err err = { 0 };
	int status = policy_files_load_from(&policy, path, &err);

	CHECK((status == 0) == (want == NULL));
	if (want)
		CHECK_HAS(err.text, want);
	else
		CHECK_U64(policy.count, 1);
}

static void a_named_file_is_read_by_whatever_path(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "p.json");
	char *before CLEANUP_FREE = get_current_dir_name();

	REQUIRE(tempdir_write_str(&dir, "p.json", POLICY(RULE)));
	check_load(path, NULL);
	REQUIRE(before && fchdir(dir.fd) == 0);
	check_load("p.json", NULL);
	check_load("./p.json", NULL);
	REQUIRE(symlinkat("p.json", dir.fd, "link") == 0);
	check_load("link", NULL);
	CHECK(chdir(before) == 0);
}

static void who_could_write_it_does_not_matter(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "p.json");

	REQUIRE(tempdir_write_str(&dir, "p.json", POLICY(RULE)));
	REQUIRE(fchmod(dir.fd, 0777) == 0 && chmod(path, 0666) == 0);
	check_load(path, NULL);
}

static void what_is_no_policy_is_an_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "p.json");
	char *fifo CLEANUP_FREE = tempdir_path(&dir, "fifo");

	check_load(path, "p.json': is missing");
	check_load("", "'': is missing");
	check_load(dir.path, "is not a regular file");
	REQUIRE(mkfifoat(dir.fd, "fifo", 0600) == 0);
	check_load(fifo, "is not a regular file");
	REQUIRE(tempdir_write_str(&dir, "p.json", POLICY("1")));
	check_load(path, "p.json':1:23: expected an object, not a number");
}

static void it_is_read_as_policy_json(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "p.json");
	struct policy policy CLEANUP_POLICY = { 0 };
	struct err err;

	REQUIRE(tempdir_write_str(
		&dir, "p.json",
		"{\"version\":1,\"engine\":\"cri-o\",\"mode\":\"audit\",\"rules\":[]}"));
	CHECK(policy_files_load_from(&policy, path, &err) == 0);
	CHECK(policy.mode == POLICY_AUDIT);
	CHECK(policy_engine(&policy, "x") == ENGINE_CRIO);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_named_file_is_read_by_whatever_path),
	TAP_TEST(who_could_write_it_does_not_matter),
	TAP_TEST(what_is_no_policy_is_an_error),
	TAP_TEST(it_is_read_as_policy_json),
};

TAP_MAIN(tests)
