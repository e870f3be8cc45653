/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link.h"

#include <dirent.h>

#include "tap.h"
#include "tempdir.h"

/* Root's links are this machine's own: tests are somebody else. */
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

	if (!CHECK(exec_link_make(key, record, &err) == 0))
		printf("#   %s\n", err.text);
}

/* NULL: there is none. */
static void check_read(const struct exec_key *key, const char *want)
{
	char *path CLEANUP_FREE = NULL;
	struct err err = { 0 };

	if (!CHECK(exec_link_read(key, &path, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(path, want);
}

static void check_not_believed(const struct exec_key *key, const char *reason)
{
	char *path CLEANUP_FREE = NULL;
	struct err err = { 0 };

	CHECK(exec_link_read(key, &path, &err) == -1);
	CHECK(!path);
	CHECK_HAS(err.text, LINKS);
	CHECK_HAS(err.text, reason);
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
		record[sizeof(record) - 2] = (char)('0' + i);
		check_made(&(struct exec_key){ .root = keys[i][0],
					       .id = keys[i][1] },
			   record);
	}
	CHECK_U64(count_links(&home), ARRAY_LEN(keys));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		record[sizeof(record) - 2] = (char)('0' + i);
		check_read(&(struct exec_key){ .root = keys[i][0],
					       .id = keys[i][1] },
			   record);
	}
}

static void check_root(const char *root, const char *runtime, const char *want)
{
	struct exec_key made;

	exec_key_init(&made, root, "web", runtime);
	CHECK_STR(made.root, want);
	CHECK_STR(made.id, "web");
}

static void without_a_root_it_is_the_runtimes_own(void)
{
	check_root(NULL, "/usr/sbin/runc", "runc");
	check_root("", "/usr/bin/runc", "runc");
	check_root(NULL, "/usr/bin/crun", "crun");
	check_root(NULL, "crun", "crun");
}

static void a_root_counts_from_the_current_directory(void)
{
	char *here CLEANUP_FREE = get_current_dir_name();
	char *want CLEANUP_FREE = NULL;
	char long_root[PATH_SIZE];

	REQUIRE(here && asprintf(&want, "%s/a/../b", here) > 0);
	check_root("a/../b", "/usr/sbin/runc", want);
	check_root("/a", "/usr/sbin/runc", "/a");
	memset(long_root, 'x', sizeof(long_root) - 1);
	long_root[sizeof(long_root) - 1] = '\0';
	check_root(long_root, "/usr/sbin/runc", long_root);
}

static void a_directory_that_others_can_write_is_not_believed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct err err = { 0 };

	check_made(&key, RECORD);
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0770, 0) == 0);
	check_not_believed(&key, "writable by others");
	CHECK(exec_link_make(&key, RECORD, &err) == -1);
	CHECK_HAS(err.text, "writable by others");
	REQUIRE(fchmodat(home.dir.fd, LINKS, 0700, 0) == 0);
	check_read(&key, RECORD);
}

static void what_is_no_link_is_not_believed(void)
{
	struct home home CLEANUP_HOME = home_enter();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&home.dir, LINKS, ""));
	check_not_believed(&key, "link");
	CHECK(exec_link_make(&key, RECORD, &err) == -1);
	CHECK_HAS(err.text, LINKS);
	exec_link_remove(&key);
	exec_link_sweep(&key);
	CHECK(tempdir_has(&home.dir, LINKS));
}

static void a_path_that_is_too_long_is_refused(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *long_path CLEANUP_FREE = calloc(5000, 1);
	struct err err = { 0 };

	REQUIRE(long_path && home.dir.fd >= 0);
	memset(long_path, 'x', 4999);
	CHECK(exec_link_make(&key, long_path, &err) == -1);
	for (size_t len = 4070; len < 4100; len++) {
		char *path = NULL;

		memset(long_path, '/', len);
		long_path[len] = '\0';
		setenv("XDG_RUNTIME_DIR", long_path, 1);
		exec_link_remove(&key);
		CHECK(exec_link_read(&key, &path, &err) <= 0);
		CHECK(!path);
	}
}

static void the_sweep_removes_links_that_lead_nowhere(void)
{
	const struct exec_key live = { .root = "runc", .id = "live" };
	struct home home CLEANUP_HOME = home_enter();

	exec_link_sweep(&key);
	check_made(&live, home.dir.path);
	check_made(&key, RECORD);
	exec_link_sweep(&live);
	check_read(&live, home.dir.path);
	check_read(&key, NULL);
}

/* "." and ".." may be among what it looks at. */
static void each_sweep_looks_at_few_links_and_in_time_at_all(void)
{
	struct home home CLEANUP_HOME = home_enter();
	size_t before = 4 * EXEC_LINK_SWEEP_MAX, after;
	char id[16];

	for (size_t i = 0; i < before; i++) {
		snprintf(id, sizeof(id), "%zu", i);
		check_made(&(struct exec_key){ .root = "runc", .id = id },
			   RECORD);
	}
	for (int i = 0; i < 8 && before; i++) {
		snprintf(id, sizeof(id), "sweep-%d", i);
		exec_link_sweep(&(struct exec_key){ .root = "runc", .id = id });
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
	TAP_TEST(without_a_root_it_is_the_runtimes_own),
	TAP_TEST(a_root_counts_from_the_current_directory),
	TAP_TEST(a_directory_that_others_can_write_is_not_believed),
	TAP_TEST(what_is_no_link_is_not_believed),
	TAP_TEST(a_path_that_is_too_long_is_refused),
	TAP_TEST(the_sweep_removes_links_that_lead_nowhere),
	TAP_TEST(each_sweep_looks_at_few_links_and_in_time_at_all),
};

TAP_MAIN(tests)
