/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link.h"

#include <dirent.h>

#include "tap.h"
#include "tempdir.h"

/* Root's links would be those of this machine, so tests use another user. */
#define SOMEBODY 4711

#define LINKS "capruntime"
#define RECORD "/nowhere/.capruntime.json"

struct home {
	struct tempdir dir;
	bool was_root;
};

#define CLEANUP_HOME __attribute__((cleanup(home_leave)))

static void home_leave(struct home *home)
{
	if (home->was_root)
		CHECK(seteuid(0) == 0);
	unsetenv("XDG_RUNTIME_DIR");
	tempdir_remove(&home->dir);
}

static struct home home_enter(void)
{
	struct home home = { .dir = tempdir_make(),
			     .was_root = geteuid() == 0 };

	setenv("XDG_RUNTIME_DIR", home.dir.path, 1);
	if (home.was_root)
		CHECK(fchown(home.dir.fd, SOMEBODY, (gid_t)-1) == 0 &&
		      seteuid(SOMEBODY) == 0);
	return home;
}

static size_t count_links(const struct home *home)
{
	char *path CLEANUP_FREE = tempdir_path(&home->dir, LINKS);
	DIR *entries = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	while (entries && (entry = readdir(entries)))
		count += *entry->d_name != '.';
	if (entries)
		closedir(entries);
	return count;
}

static void check_made(const struct exec_key *key, const char *record)
{
	struct err err = { 0 };

	if (!CHECK(exec_link_make(key, record, false, &err) == 0))
		printf("#   %s\n", err.text);
}

/* NULL: there is no link. */
static void check_read(const struct exec_key *key, const char *want)
{
	struct exec_link link;
	struct err err = { 0 };

	if (!CHECK(exec_link_read(key, &link, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(link.record, want);
	CHECK(!link.narrows);
	free(link.record);
}

static void check_not_believed(const struct exec_key *key, bool narrows,
			       const char *reason)
{
	struct exec_link link;
	struct err err = { 0 };

	CHECK(exec_link_read(key, &link, &err) == -1);
	CHECK(link.narrows == narrows);
	CHECK_HAS(err.text, LINKS);
	CHECK_HAS(err.text, reason);
	free(link.record);
}

static struct exec_key key_of(const char *root, const char *id)
{
	struct exec_key made = { .id = id };

	snprintf(made.root, sizeof(made.root), "%s", root);
	return made;
}

static const struct exec_key key = { .root = "/run/runc", .id = "web" };

static void what_was_made_is_read_until_it_is_removed(void)
{
	struct home home CLEANUP_HOME = home_enter();

	check_read(&key, NULL);
	exec_link_remove(&key);
	check_made(&key, RECORD);
	check_read(&key, RECORD);
	check_made(&key, RECORD "2");
	check_read(&key, RECORD "2");
	CHECK_U64(count_links(&home), 1);
	exec_link_remove(&key);
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
	struct exec_key made;
	struct err err = { 0 };

	if (!CHECK(exec_key_init(&made, root, "web", runtime, &err) == 0))
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
	exec_link_remove(&now);
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
	exec_link_remove(&key);
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
	exec_link_remove(&key);
	exec_link_sweep(&key);
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
		exec_link_remove(&key);
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

/* A record in `dir` of this container, and a link of `of` to it. */
static void make_link_of_process(const struct tempdir *dir, const char *name,
				 const struct exec_key *of, const char *root,
				 const char *id, pid_t pid)
{
	struct record record = { .about = { .id = (char *)(uintptr_t)id,
					    .root = (char *)(uintptr_t)root,
					    .rule = (char *)(uintptr_t) "web",
					    .pid = (uint32_t)pid } };
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	CHECK(record_print(&record, &text, &err) == 0);
	CHECK(tempdir_write_str(dir, name, text));
	check_made(of, path);
}

static void make_link(const struct tempdir *dir, const char *name,
		      const struct exec_key *of, const char *root,
		      const char *id)
{
	make_link_of_process(dir, name, of, root, id, 0);
}

static bool has_link(const struct exec_key *of)
{
	struct exec_link link = { 0 };
	struct err err = { 0 };

	CHECK(exec_link_read(of, &link, &err) == 0);
	free(link.record);
	return link.record;
}

static void the_sweep_removes_links_that_lead_nowhere(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key live = key_of(home.dir.path, LINKS);

	CHECK(!exec_link_sweep(&key));
	make_link(&home.dir, "record", &live, live.root, live.id);
	check_made(&key, RECORD);
	CHECK(exec_link_sweep(&live));
	CHECK(has_link(&live));
	CHECK(!has_link(&key));
}

static void the_sweep_removes_links_of_containers_that_are_gone(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key gone = key_of(home.dir.path, "gone");
	struct exec_key other = key_of(home.dir.path, "other");
	struct exec_key unknown = key_of("youki", "web");

	make_link_of_process(&home.dir, "a", &gone, gone.root, gone.id,
			     getpid());
	make_link(&home.dir, "b", &other, gone.root, LINKS);
	make_link(&home.dir, "c", &unknown, unknown.root, unknown.id);
	exec_link_sweep(&key);
	CHECK(has_link(&gone)); /* it is still being created */
	CHECK(!has_link(&other));
	make_link(&home.dir, "a", &gone, gone.root, gone.id);
	exec_link_sweep(&key);
	CHECK(!has_link(&gone));
	CHECK(has_link(&unknown));
}

static void a_root_that_is_hidden_keeps_its_link(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *root CLEANUP_FREE = tempdir_path(&home.dir, "root");
	struct exec_key hidden = key_of(root, "web");
	struct exec_key other = key_of(root, "other");

	make_link(&home.dir, "a", &hidden, root, hidden.id);
	make_link(&home.dir, "b", &other, root, hidden.id);
	exec_link_sweep(&key);
	CHECK(has_link(&hidden));
	CHECK(has_link(&other));
	REQUIRE(mkdir(root, 0700) == 0);
	exec_link_sweep(&key);
	CHECK(!has_link(&hidden));
	CHECK(!has_link(&other));
}

static void the_longest_path_of_a_record_is_followed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key gone = key_of(home.dir.path, "gone");
	size_t len = PATH_SIZE - 2 - strlen(home.dir.path);
	char name[PATH_SIZE], *path CLEANUP_FREE = NULL;

	memset(name, '/', len);
	memcpy(name, "./", 2);
	memcpy(name + len - 2, "/a", 3);
	path = tempdir_path(&home.dir, name);
	CHECK_U64(strlen(path), PATH_SIZE - 1);
	make_link(&home.dir, name, &gone, gone.root, gone.id);
	CHECK(has_link(&gone));
	exec_link_sweep(&key);
	CHECK(!has_link(&gone));
}

static void a_later_container_of_the_bundle_takes_no_living_one_s_link(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key first = key_of(home.dir.path, "first");
	struct exec_key later = key_of(home.dir.path, "later");
	char *state CLEANUP_FREE = tempdir_path(&home.dir, "first");

	REQUIRE(mkdir(state, 0700) == 0);
	make_link(&home.dir, "a", &first, later.root, later.id);
	exec_link_sweep(&key);
	CHECK(has_link(&first));
	REQUIRE(rmdir(state) == 0);
	exec_link_sweep(&key);
	CHECK(!has_link(&first));
}

static void a_record_that_cannot_be_read_keeps_its_link(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key gone = key_of(home.dir.path, "gone");

	make_link(&home.dir, "a", &gone, gone.root, gone.id);
	CHECK(tempdir_write_str(&home.dir, "a", "{"));
	exec_link_sweep(&key);
	CHECK(has_link(&gone));
}

/* Renames the only link, as older versions did. */
static void put_aside(const struct home *home, const struct exec_key *of)
{
	char *path CLEANUP_FREE = tempdir_path(&home->dir, LINKS);
	DIR *entries = opendir(path);
	struct dirent *entry;
	char aside[300];

	REQUIRE(entries);
	while ((entry = readdir(entries))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(aside, sizeof(aside), ".%s", entry->d_name);
		CHECK(renameat(dirfd(entries), entry->d_name, dirfd(entries),
			       aside) == 0);
		break;
	}
	closedir(entries);
	CHECK(!has_link(of));
}

static size_t count_all(const struct home *home)
{
	char *path CLEANUP_FREE = tempdir_path(&home->dir, LINKS);
	DIR *entries = opendir(path);
	size_t count = 0;

	while (entries && readdir(entries))
		count++;
	if (entries)
		closedir(entries);
	return count - 2; /* "." and ".." */
}

static void what_an_older_sweep_put_aside_is_put_back(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key live = key_of(home.dir.path, LINKS);
	char *later CLEANUP_FREE = NULL;

	make_link(&home.dir, "record", &live, live.root, live.id);
	put_aside(&home, &live);
	exec_link_sweep(&key);
	CHECK(has_link(&live));
	CHECK_U64(count_all(&home), 1);

	put_aside(&home, &live);
	make_link(&home.dir, "later", &live, live.root, live.id);
	exec_link_sweep(&key);
	later = tempdir_path(&home.dir, "later");
	check_read(&live, later);
	CHECK_U64(count_all(&home), 1);

	exec_link_remove(&live);
	check_made(&key, RECORD);
	put_aside(&home, &key);
	exec_link_sweep(&live);
	CHECK_U64(count_all(&home), 0);
}

/* The entries "." and ".." can be among those that count. */
static void each_sweep_looks_at_few_links_and_in_time_at_all(void)
{
	struct home home CLEANUP_HOME = home_enter();
	size_t before = 4 * EXEC_LINK_SWEEP_MAX, after;
	char id[16];

	for (size_t i = 0; i < before; i++) {
		struct exec_key dangling;

		snprintf(id, sizeof(id), "%zu", i);
		dangling = key_of("/run/runc", id);
		check_made(&dangling, RECORD);
	}
	for (int i = 0; i < 8 && before; i++) {
		struct exec_key sweep;

		snprintf(id, sizeof(id), "sweep-%d", i);
		sweep = key_of("/run/runc", id);
		exec_link_sweep(&sweep);
		after = count_links(&home);
		CHECK(before - after <= EXEC_LINK_SWEEP_MAX);
		CHECK(!after || before - after >= EXEC_LINK_SWEEP_MAX - 2);
		before = after;
	}
	CHECK_U64(before, 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_was_made_is_read_until_it_is_removed),
	TAP_TEST(the_directory_is_private),
	TAP_TEST(missing_levels_are_made),
	TAP_TEST(root_and_id_are_told_apart),
	TAP_TEST(a_key_has_the_directory_and_the_older_name),
	TAP_TEST(a_link_of_an_older_version_is_found_and_removed),
	TAP_TEST(the_link_says_that_the_rule_narrows),
	TAP_TEST(without_a_directory_no_link_is_searched),
	TAP_TEST(a_directory_that_others_can_write_is_not_believed),
	TAP_TEST(what_is_no_link_is_not_believed),
	TAP_TEST(a_link_that_cannot_be_read_may_narrow),
	TAP_TEST(a_path_that_is_too_long_is_refused),
	TAP_TEST(a_relative_directory_of_the_user_is_not_used),
	TAP_TEST(the_sweep_removes_links_that_lead_nowhere),
	TAP_TEST(the_sweep_removes_links_of_containers_that_are_gone),
	TAP_TEST(a_root_that_is_hidden_keeps_its_link),
	TAP_TEST(the_longest_path_of_a_record_is_followed),
	TAP_TEST(a_later_container_of_the_bundle_takes_no_living_one_s_link),
	TAP_TEST(a_record_that_cannot_be_read_keeps_its_link),
	TAP_TEST(what_an_older_sweep_put_aside_is_put_back),
	TAP_TEST(each_sweep_looks_at_few_links_and_in_time_at_all),
};

TAP_MAIN(tests)
