/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/deploy.h"

#include "tap.h"
#include "tempdir.h"

/* Another user owns the directory, so nothing is written. */
#define STRANGER 4711

static struct deploy enter(const struct tempdir *dir, bool only_look)
{
	struct deploy deploy;
	struct err err = { 0 };

	if (!CHECK(deploy_open(&deploy, dir->path, only_look, &err) == 0))
		printf("#   %s\n", err.text);
	return deploy;
}

static void put(struct deploy *deploy, const char *name, const char *text)
{
	struct err err = { 0 };

	if (!CHECK(deploy_file(deploy, name, text, strlen(text), 0644, &err) ==
		   0))
		printf("#   %s\n", err.text);
}

static void check_text(const struct tempdir *dir, const char *name,
		       const char *want)
{
	char *text CLEANUP_FREE = tempdir_read(dir, name);

	CHECK_STR(text, want);
}

static ino_t inode(const struct tempdir *dir, const char *name)
{
	struct stat st;

	return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino
								     : 0;
}

static void a_different_file_is_replaced_and_recorded(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);

	put(&deploy, "a", "one");
	put(&deploy, "a", "two");
	put(&deploy, "a", "longer");
	REQUIRE(deploy.count == 3);
	CHECK_STR(deploy.changes[2].name, "a");
	CHECK(!deploy.changes[2].removed);
	check_text(&dir, "a", "longer");
}

static void an_equal_file_is_not_written(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);
	ino_t before;

	put(&deploy, "a", "one");
	before = inode(&dir, "a");
	put(&deploy, "a", "one");
	CHECK_U64(inode(&dir, "a"), before);
	CHECK_U64(deploy.count, 1);
}

static void another_mode_or_owner_or_a_link_is_replaced(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);
	struct stat st;

	put(&deploy, "a", "one");
	REQUIRE(fchmodat(dir.fd, "a", 0666, 0) == 0);
	put(&deploy, "a", "one");
	REQUIRE(fstatat(dir.fd, "a", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0644);
	REQUIRE(symlinkat("a", dir.fd, "b") == 0);
	put(&deploy, "b", "one");
	REQUIRE(fstatat(dir.fd, "b", &st, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0644);
	CHECK_U64(deploy.count, 3);
	if (geteuid() != 0)
		return;
	REQUIRE(fchownat(dir.fd, "a", STRANGER, (gid_t)-1, 0) == 0);
	put(&deploy, "a", "one");
	REQUIRE(fstatat(dir.fd, "a", &st, 0) == 0);
	CHECK_U64(st.st_uid, 0);
	CHECK_U64(deploy.count, 4);
}

static void only_look_changes_nothing(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, true);
	struct err err = { 0 };
	int fd = 0;

	REQUIRE(tempdir_write_str(&dir, "old", "x"));
	put(&deploy, "a", "one");
	CHECK(deploy_directory(&deploy, "d", &fd, &err) == 0);
	CHECK(fd == -1);
	CHECK(deploy_remove(&deploy, "old", &err) == 0);
	CHECK(deploy_link(&deploy, "link", "/to", &err) == 0);
	CHECK_U64(deploy.count, 3);
	CHECK(deploy.changes[1].removed);
	CHECK(tempdir_has(&dir, "old"));
	CHECK(!tempdir_has(&dir, "a") && !tempdir_has(&dir, "d") &&
	      !tempdir_has(&dir, "link"));
}

static void removing_a_missing_file_succeeds(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "old", "x"));
	CHECK(deploy_remove(&deploy, "old", &err) == 0);
	CHECK(deploy_remove(&deploy, "old", &err) == 0);
	CHECK_U64(deploy.count, 1);
	REQUIRE(mkdirat(dir.fd, "d", 0755) == 0);
	CHECK(deploy_remove(&deploy, "d", &err) == -1);
	CHECK_HAS(err.text, "/d': is a directory");
}

static void a_link_is_created_once_and_never_changed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);
	struct err err = { 0 };
	char to[16] = "";

	CHECK(deploy_link(&deploy, "link", "/to", &err) == 0);
	CHECK(deploy_link(&deploy, "link", "/to", &err) == 0);
	CHECK_U64(deploy.count, 1);
	CHECK(deploy_link(&deploy, "link", "/other", &err) == -1);
	CHECK_HAS(err.text,
		  "/link' points to '/to' instead of '/other' and is kept");
	CHECK(readlinkat(dir.fd, "link", to, sizeof(to) - 1) == 3);
	CHECK_STR(to, "/to");
	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	CHECK(deploy_link(&deploy, "file", "/to", &err) == -1);
	CHECK_HAS(err.text, "read link '");
}

static void check_refused(const char *path, const char *reason)
{
	struct deploy deploy CLEANUP_DEPLOY;
	struct err err = { 0 };

	CHECK(deploy_open(&deploy, path, false, &err) == -1);
	CHECK_HAS(err.text, reason);
}

static void a_directory_that_others_can_write_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct deploy deploy CLEANUP_DEPLOY = enter(&dir, false);
	char *path CLEANUP_FREE = tempdir_path(&dir, "none");
	struct err err = { 0 };
	int fd CLEANUP_FD = -1;

	check_refused(path, "/none': is missing");
	check_refused("relative", "'relative' is not an absolute path");
	REQUIRE(mkdirat(dir.fd, "d", 0755) == 0 &&
		fchmodat(dir.fd, "d", 0777, 0) == 0);
	CHECK(deploy_directory(&deploy, "d", &fd, &err) == -1);
	CHECK_HAS(err.text, "is writable by others");
	REQUIRE(fchmod(dir.fd, 0777) == 0);
	check_refused(dir.path, "is writable by others");
	if (geteuid() != 0)
		return;
	REQUIRE(fchmod(dir.fd, 0755) == 0 &&
		fchown(dir.fd, STRANGER, (gid_t)-1) == 0);
	check_refused(dir.path, "is owned by user 4711");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_different_file_is_replaced_and_recorded),
	TAP_TEST(an_equal_file_is_not_written),
	TAP_TEST(another_mode_or_owner_or_a_link_is_replaced),
	TAP_TEST(only_look_changes_nothing),
	TAP_TEST(removing_a_missing_file_succeeds),
	TAP_TEST(a_link_is_created_once_and_never_changed),
	TAP_TEST(a_directory_that_others_can_write_is_refused),
};

TAP_MAIN(tests)
