/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_link_sweep.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "link_home.h"

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

static void what_is_no_directory_stays(void)
{
	struct home home CLEANUP_HOME = home_enter();

	REQUIRE(tempdir_write_str(&home.dir, LINKS, ""));
	CHECK(exec_link_sweep(&key));
	CHECK(tempdir_has(&home.dir, LINKS));
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
	write_record(&home.dir, "a", gone.root, gone.id, 0);
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

static void a_dangling_link_stays_while_its_container_may_exist(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *root CLEANUP_FREE = tempdir_path(&home.dir, "root");
	struct exec_key moved = key_of(root, "web");
	struct exec_key other = key_of(root, "other");

	REQUIRE(mkdirat(home.dir.fd, "root", 0700) == 0);
	REQUIRE(mkdirat(home.dir.fd, "root/web", 0700) == 0);
	check_made(&moved, RECORD);
	exec_link_sweep(&other);
	CHECK(has_link(&moved));
	REQUIRE(unlinkat(home.dir.fd, "root/web", AT_REMOVEDIR) == 0);
	REQUIRE(fchmodat(home.dir.fd, "root", 0, 0) == 0);
	exec_link_sweep(&other);
	CHECK(has_link(&moved)); /* the root cannot be read */
	REQUIRE(fchmodat(home.dir.fd, "root", 0700, 0) == 0);
	exec_link_sweep(&other);
	CHECK(!has_link(&moved));
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

	check_released(&live);
	check_made(&key, RECORD);
	put_aside(&home, &key);
	exec_link_sweep(&live);
	CHECK_U64(count_all(&home), 0);
}

static void make_dangling(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct exec_key dangling;
		char id[16];

		snprintf(id, sizeof(id), "%zu", i);
		dangling = key_of(key.root, id);
		check_made(&dangling, RECORD);
	}
}

/* How many of `count` a sweep leaves that would begin with the first or second entry. */
static size_t left_by_a_sweep(size_t count, unsigned int odd)
{
	struct home home CLEANUP_HOME = home_enter();
	struct exec_key sweep = key;

	while (exec_link_hash(sweep.root, sweep.id) % 2 != odd)
		strcat(sweep.root, "/");
	make_dangling(count);
	CHECK(exec_link_sweep(&sweep));
	return count_links(&home);
}

/* With "." and "..". */
static void one_sweep_looks_at_all_of_as_many_entries_as_it_may(void)
{
	for (unsigned int odd = 0; odd < 2; odd++) {
		CHECK_U64(left_by_a_sweep(EXEC_LINK_SWEEP_MAX - 2, odd), 0);
		CHECK(left_by_a_sweep(EXEC_LINK_SWEEP_MAX - 1, odd) <= 1);
	}
}

static void a_link_is_found_wherever_it_is_among_those_that_stay(void)
{
	struct home home CLEANUP_HOME = home_enter();
	size_t living = EXEC_LINK_SWEEP_MAX + 16;
	char id[16];

	for (size_t i = 0; i < living; i++) {
		struct exec_key stays;

		snprintf(id, sizeof(id), "%zu", i);
		stays = key_of("youki", id);
		make_link(&home.dir, id, &stays, stays.root, stays.id);
	}
	make_dangling(living / 4);
	for (int i = 0; i < 2000 && count_links(&home) > living; i++) {
		struct exec_key sweep;

		snprintf(id, sizeof(id), "sweep-%d", i);
		sweep = key_of(key.root, id);
		exec_link_sweep(&sweep);
	}
	CHECK_U64(count_links(&home), living);
}

static void what_has_another_name_stays(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char name[EXEC_LINK_NAME_SIZE];
	char *path CLEANUP_FREE = NULL, *copy CLEANUP_FREE = NULL;

	make_dangling(1);
	exec_link_name(key.root, key.id, name);
	path = tempdir_path(&home.dir, LINKS);
	copy = alloc_text("%s/%s.bak", path, name);
	REQUIRE(copy && symlink(RECORD, copy) == 0);
	CHECK(exec_link_sweep(&key));
	CHECK_U64(count_all(&home), 1);
}

static void while_a_create_makes_a_link_no_sweep_waits_or_removes_any(void)
{
	struct home home CLEANUP_HOME = home_enter();
	char *path CLEANUP_FREE = tempdir_path(&home.dir, LINKS);
	int directory;

	make_dangling(1);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	REQUIRE(flock(directory, LOCK_SH) == 0);
	CHECK(exec_link_sweep(&key));
	CHECK_U64(count_links(&home), 1);
	close(directory);
	CHECK(exec_link_sweep(&key));
	CHECK_U64(count_links(&home), 0);
}

/* The entries "." and ".." can be among those that count. */
static void each_sweep_looks_at_few_links_and_in_time_at_all(void)
{
	struct home home CLEANUP_HOME = home_enter();
	size_t before = 4 * EXEC_LINK_SWEEP_MAX, after;
	char id[16];

	make_dangling(before);
	for (int i = 0; i < 8 && before; i++) {
		struct exec_key sweep;

		snprintf(id, sizeof(id), "sweep-%d", i);
		sweep = key_of(key.root, id);
		exec_link_sweep(&sweep);
		after = count_links(&home);
		CHECK(before - after <= EXEC_LINK_SWEEP_MAX);
		CHECK(!after || before - after >= EXEC_LINK_SWEEP_MAX - 2);
		before = after;
	}
	CHECK_U64(before, 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_sweep_removes_links_that_lead_nowhere),
	TAP_TEST(what_is_no_directory_stays),
	TAP_TEST(the_sweep_removes_links_of_containers_that_are_gone),
	TAP_TEST(a_root_that_is_hidden_keeps_its_link),
	TAP_TEST(a_dangling_link_stays_while_its_container_may_exist),
	TAP_TEST(the_longest_path_of_a_record_is_followed),
	TAP_TEST(a_later_container_of_the_bundle_takes_no_living_one_s_link),
	TAP_TEST(a_record_that_cannot_be_read_keeps_its_link),
	TAP_TEST(what_an_older_sweep_put_aside_is_put_back),
	TAP_TEST(one_sweep_looks_at_all_of_as_many_entries_as_it_may),
	TAP_TEST(a_link_is_found_wherever_it_is_among_those_that_stay),
	TAP_TEST(what_has_another_name_stays),
	TAP_TEST(while_a_create_makes_a_link_no_sweep_waits_or_removes_any),
	TAP_TEST(each_sweep_looks_at_few_links_and_in_time_at_all),
};

TAP_MAIN(tests)
