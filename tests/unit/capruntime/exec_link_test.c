/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link.h"

#include "link_home.h"

static void check_not_believed(const struct exec_key *of, bool narrows,
			       const char *reason)
{
	struct exec_link link;
	struct err err = { 0 };

	CHECK(exec_link_read(of, &link, &err) == -1);
	CHECK(link.narrows == narrows);
	CHECK_HAS(err.text, LINKS);
	CHECK_HAS(err.text, reason);
	free(link.record);
}

static void what_was_made_is_read_until_it_is_removed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct err err = { 0 };

	check_read(&key, NULL);
	check_released(&key);
	check_made(&key, RECORD);
	check_read(&key, RECORD);
	CHECK(exec_link_make(&key, RECORD "2", false, &err) == -1);
	CHECK_HAS(err.text, "another create of 'web' is running");
	check_read(&key, RECORD);
	CHECK_U64(count_links(&home), 1);
	check_released(&key);
	check_read(&key, NULL);
	CHECK_U64(count_links(&home), 0);
}

static void the_directory_is_private(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct stat st;

	check_made(&key, RECORD);
	REQUIRE(fstatat(home.dir.fd, LINKS, &st, 0) == 0);
	CHECK_U64(st.st_mode & 07777, 0700);
}

static void missing_levels_are_made(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *path CLEANUP_FREE = tempdir_path(&home.dir, "a/b");

	setenv("XDG_RUNTIME_DIR", path, 1);
	check_made(&key, RECORD);
	check_read(&key, RECORD);
	CHECK(tempdir_has(&home.dir, "a/b/" LINKS));
}

static void root_and_id_are_told_apart(void)
{
	static const char *const keys[][2] = {
		{ "/a", "bc" },	    { "/ab", "c" }, { "/abc", "" },
		{ "runc", "/abc" }, { "/a", "cb" }, { "runc", "a" },
		{ "runc", "b" },    { "/b", "a" },  { "/a", "b" },
	};
	struct home home CLEANUP_HOME = home_enter();
	char record[] = "/nowhere/0";

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct exec_key made = key_of(keys[i][0], keys[i][1]);

		record[sizeof(record) - 2] = (char)('0' + i);
		check_made(&made, record);
	}
	CHECK_U64(count_links(&home), ARRAY_LEN(keys));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct exec_key made = key_of(keys[i][0], keys[i][1]);

		record[sizeof(record) - 2] = (char)('0' + i);
		check_read(&made, record);
	}
}

static void check_key(const char *root, const char *runtime, const char *want,
		      const char *old)
{
	struct runtime_args args = { .root = root, .id = "web" };
	struct exec_key made;
	struct err err = { 0 };

	if (!CHECK(exec_key_init(&made, &args, runtime, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(made.root, want);
	CHECK_STR(made.old_root, old);
	CHECK_STR(made.id, "web");
}

static void a_key_has_the_directory_and_the_older_name(void)
{
	unsetenv("XDG_RUNTIME_DIR");
	check_key(NULL, "/usr/bin/crun", "/run/crun", "crun");
	check_key("/nowhere/", "/usr/bin/runc", "/nowhere", "/nowhere/");
	check_key("/nowhere", "/usr/bin/runc", "/nowhere", NULL);
	check_key(NULL, "/usr/bin/youki", "youki", NULL);
}

static void an_id_with_a_slash_has_no_key(void)
{
	static const char *const ids[] = { "./web", "web/", "../root/web" };
	struct exec_key made;
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct runtime_args args = { .root = "/root", .id = ids[i] };

		CHECK(exec_key_init(&made, &args, "/usr/bin/crun", &err) == -1);
		CHECK_HAS(err.text, "invalid container id");
		CHECK_HAS(err.text, ids[i]);
	}
}

static void a_link_of_an_older_version_is_found_and_removed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key old = key_of("runc", "web"), now = key;

	check_made(&old, RECORD);
	check_read(&now, NULL);
	now.old_root = "runc";
	check_read(&now, RECORD);
	check_made(&now, RECORD "2");
	check_read(&now, RECORD "2");
	check_released(&now);
	CHECK_U64(count_links(&home), 0);
}

static void the_link_says_that_the_rule_narrows(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_link link;
	struct err err = { 0 };

	REQUIRE(home.dir.fd >= 0);
	CHECK(exec_link_make(&key, home.dir.path, true, &err) == 0);
	CHECK(exec_link_read(&key, &link, &err) == 0);
	CHECK(link.narrows);
	CHECK_STR(link.record, home.dir.path);
	free(link.record);
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0770, 0) == 0);
	check_not_believed(&key, true, "writable by others");
}

static void without_a_directory_no_link_is_searched(void)
{
	struct home home CLEANUP_HOME = home_enter();

	REQUIRE(home.dir.fd >= 0);
	CHECK(!exec_link_has_directory());
	check_made(&key, RECORD);
	CHECK(exec_link_has_directory());
	check_released(&key);
	CHECK(exec_link_has_directory());
}

static void a_directory_that_others_can_write_is_not_believed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct err err = { 0 };

	check_made(&key, RECORD);
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0770, 0) == 0);
	check_not_believed(&key, false, "writable by others");
	CHECK(exec_link_make(&key, RECORD, false, &err) == -1);
	CHECK_HAS(err.text, "writable by others");
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0700, 0) == 0);
	check_read(&key, RECORD);
}

static void what_is_no_link_is_not_believed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&home.dir, LINKS, ""));
	check_not_believed(&key, false, "link");
	CHECK(exec_link_make(&key, RECORD, false, &err) == -1);
	CHECK_HAS(err.text, LINKS);
	check_released(&key);
	CHECK(tempdir_has(&home.dir, LINKS));
}

static void a_link_that_cannot_be_read_may_narrow(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct dirent *entry;
	DIR *entries;

	check_made(&key, RECORD);
	REQUIRE(fchdir(home.dir.fd) == 0 && chdir(LINKS) == 0);
	entries = opendir(".");
	REQUIRE(entries);
	while ((entry = readdir(entries)))
		if (*entry->d_name != '.')
			CHECK(unlink(entry->d_name) == 0 &&
			      mkdir(entry->d_name, 0700) == 0);
	closedir(entries);
	CHECK(chdir("/") == 0);
	check_not_believed(&key, true, "link");
}

static void a_path_that_is_too_long_is_refused(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *long_path CLEANUP_FREE = calloc(5000, 1);
	struct err err = { 0 };

	REQUIRE(long_path && home.dir.fd >= 0);
	memset(long_path, 'x', 4999);
	CHECK(exec_link_make(&key, long_path, false, &err) == -1);
	for (size_t len = 4060; len < 4100; len++) {
		size_t whole = len + strlen("/" LINKS "/0123456789abcdef");
		struct exec_link link = { 0 };

		memset(long_path, '/', len);
		long_path[len] = '\0';
		setenv("XDG_RUNTIME_DIR", long_path, 1);
		check_released(&key);
		CHECK(exec_link_read(&key, &link, &err) ==
		      (whole < PATH_SIZE ? 0 : -1));
		CHECK(!link.record);
	}
}

static void a_relative_directory_of_the_user_is_not_used(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char before[PATH_SIZE];
	struct err err = { 0 };

	REQUIRE(getcwd(before, sizeof(before)) && fchdir(home.dir.fd) == 0);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	CHECK(exec_link_make(&key, RECORD, false, &err) == -1);
	CHECK_HAS(err.text, "'/");
	CHECK(!tempdir_has(&home.dir, "relative"));
	CHECK(chdir(before) == 0);
}

static void a_create_that_runs_keeps_its_link(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key live = key_of(home.dir.path, "live");
	struct exec_key other = key_of(home.dir.path, "other");
	struct err err = { 0 };

	make_link_of_process(&home.dir, "a", &live, live.root, live.id,
			     getpid());
	CHECK(exec_link_release(&live, &err) == -1);
	CHECK_HAS(err.text, "is still being made or ended by process");
	CHECK(has_link(&live));
	/* It cannot be told. */
	REQUIRE(fchmodat(home.dir.fd, "a", 0, 0) == 0);
	CHECK(exec_link_release(&live, &err) == -1);
	CHECK_HAS(err.text, "/a'");
	CHECK(has_link(&live));
	REQUIRE(fchmodat(home.dir.fd, "a", 0600, 0) == 0);
	/* A later container's record in the same bundle. */
	make_link_of_process(&home.dir, "a", &other, live.root, live.id,
			     getpid());
	check_released(&other);
	CHECK(!has_link(&other));
}

static void a_link_of_an_older_version_is_held_too(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key old = key_of("runc", "web"), now = key;
	struct err err = { 0 };

	now.old_root = "runc";
	make_link_of_process(&home.dir, "a", &old, "runc", "web", getpid());
	CHECK(exec_link_release(&now, &err) == -1);
	write_record(&home.dir, "a", "crun", "web", getpid());
	check_released(&now);
	make_link_of_process(&home.dir, "a", &old, "runc", "other", getpid());
	check_released(&now);
	CHECK(!has_link(&old));
}

static void what_leads_nowhere_is_held_by_nobody(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *file CLEANUP_FREE = tempdir_path(&home.dir, "file/record");
	char *loop CLEANUP_FREE = tempdir_path(&home.dir, "loop/record");

	REQUIRE(tempdir_write_str(&home.dir, "file", "") &&
		symlinkat("loop", home.dir.fd, "loop") == 0);
	check_made(&key, file);
	check_released(&key);
	check_made(&key, loop);
	check_released(&key);
	check_made(&key, RECORD);
	check_released(&key);
	CHECK_U64(count_links(&home), 0);
}

static void in_a_directory_of_others_a_link_is_removed_unread(void)
{
	struct home home CLEANUP_HOME = home_enter();

	make_link_of_process(&home.dir, "a", &key, key.root, key.id, getpid());
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0770, 0) == 0);
	check_released(&key);
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0700, 0) == 0);
	CHECK(!has_link(&key));
}

static void a_link_that_cannot_be_made_or_removed_is_an_error(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key other = key_of(key.root, "other");
	struct err err = { 0 };

	check_made(&key, RECORD);
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0500, 0) == 0);
	CHECK(exec_link_release(&key, &err) == -1);
	CHECK_HAS(err.text, "remove the link '");
	CHECK(exec_link_make(&other, RECORD, false, &err) == -1);
	CHECK_HAS(err.text, "make the link '");
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0700, 0) == 0);
	check_released(&key);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_was_made_is_read_until_it_is_removed),
	TAP_TEST(the_directory_is_private),
	TAP_TEST(missing_levels_are_made),
	TAP_TEST(root_and_id_are_told_apart),
	TAP_TEST(a_key_has_the_directory_and_the_older_name),
	TAP_TEST(an_id_with_a_slash_has_no_key),
	TAP_TEST(a_link_of_an_older_version_is_found_and_removed),
	TAP_TEST(the_link_says_that_the_rule_narrows),
	TAP_TEST(without_a_directory_no_link_is_searched),
	TAP_TEST(a_directory_that_others_can_write_is_not_believed),
	TAP_TEST(what_is_no_link_is_not_believed),
	TAP_TEST(a_link_that_cannot_be_read_may_narrow),
	TAP_TEST(a_path_that_is_too_long_is_refused),
	TAP_TEST(a_relative_directory_of_the_user_is_not_used),
	TAP_TEST(a_create_that_runs_keeps_its_link),
	TAP_TEST(a_link_of_an_older_version_is_held_too),
	TAP_TEST(what_leads_nowhere_is_held_by_nobody),
	TAP_TEST(in_a_directory_of_others_a_link_is_removed_unread),
	TAP_TEST(a_link_that_cannot_be_made_or_removed_is_an_error),
};

TAP_MAIN(tests)
