/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/levels.h"

#include <fcntl.h>

#include "tap.h"
#include "tempdir.h"

#define DEPTH (2 * LEVELS_OPEN_MAX)

#define CLEANUP_LEVELS __attribute__((cleanup(levels_free)))

static void push(struct levels *levels, int directory, const char *name)
{
	int fd = openat(directory, name ? name : ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err err = { 0 };
	struct stat st;

	REQUIRE(fd >= 0 && fstat(fd, &st) == 0);
	CHECK(levels_push(levels, fd, &st, 0, name, &err) == 0);
}

/* Creates nested directories "d" and pushes all of them. */
static void push_chain(struct levels *levels, const struct tempdir *dir)
{
	push(levels, dir->fd, NULL);
	for (size_t i = 1; i < DEPTH; i++) {
		int parent = levels_top(levels)->fd;

		REQUIRE(mkdirat(parent, "d", 0755) == 0);
		push(levels, parent, "d");
	}
}

static size_t count_open(const struct levels *levels)
{
	size_t count = 0;

	for (size_t i = 0; i < levels->depth; i++)
		count += levels->list[i].fd >= 0;
	return count;
}

static void paths_are_those_of_the_deepest_level(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct levels levels CLEANUP_LEVELS = { 0 };

	REQUIRE(mkdirat(dir.fd, "usr", 0755) == 0);
	push(&levels, dir.fd, NULL);
	CHECK_STR(levels_path(&levels, NULL), "/");
	CHECK_STR(levels_path(&levels, "usr"), "/usr");
	push(&levels, dir.fd, "usr");
	CHECK_STR(levels_path(&levels, NULL), "/usr");
	CHECK_STR(levels_path(&levels, "bin"), "/usr/bin");
	CHECK_STR(levels_path(&levels, "lib"), "/usr/lib");
	levels_pop(&levels);
	CHECK_STR(levels_path(&levels, "bin"), "/bin");
}

static void names_are_taken_last_first_and_by_level(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct levels levels CLEANUP_LEVELS = { 0 };
	char *last CLEANUP_FREE = NULL, *first CLEANUP_FREE = NULL;
	struct err err = { 0 };

	push(&levels, dir.fd, NULL);
	CHECK(!levels_has_name(&levels));
	CHECK(levels_add_name(&levels, "one", &err) == 0);
	CHECK(levels_add_name(&levels, "two", &err) == 0);
	CHECK(levels_has_name(&levels));
	last = levels_take_name(&levels);
	CHECK_STR(last, "two");

	REQUIRE(mkdirat(dir.fd, "two", 0755) == 0);
	push(&levels, dir.fd, "two");
	CHECK(!levels_has_name(&levels));
	CHECK(levels_add_name(&levels, "three", &err) == 0);
	levels_drop_names(&levels);
	CHECK(!levels_has_name(&levels));
	levels_pop(&levels);
	first = levels_take_name(&levels);
	CHECK_STR(first, "one");
	CHECK(!levels_has_name(&levels));
}

static void few_levels_are_open_and_the_rest_can_be_reopened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct levels levels CLEANUP_LEVELS = { 0 };

	push_chain(&levels, &dir);
	CHECK_U64(levels.depth, DEPTH);
	CHECK_U64(count_open(&levels), LEVELS_OPEN_MAX);
	while (levels.depth > 1) {
		levels_pop(&levels);
		CHECK(levels_reopen(&levels, dir.fd) == 0);
		CHECK(levels_top(&levels)->fd >= 0);
		CHECK(count_open(&levels) <= LEVELS_OPEN_MAX);
	}
}

static void a_level_that_was_replaced_is_not_reopened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct levels levels CLEANUP_LEVELS = { 0 };

	push_chain(&levels, &dir);
	while (levels_top(&levels)->fd >= 0)
		levels_pop(&levels);
	CHECK(renameat(dir.fd, "d", dir.fd, "moved") == 0);
	CHECK(levels_reopen(&levels, dir.fd) < 0);
	CHECK(mkdirat(dir.fd, "d", 0755) == 0);
	CHECK(levels_reopen(&levels, dir.fd) < 0);
	CHECK(unlinkat(dir.fd, "d", AT_REMOVEDIR) == 0);
	CHECK(renameat(dir.fd, "moved", dir.fd, "d") == 0);
	CHECK(levels_reopen(&levels, dir.fd) == 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(paths_are_those_of_the_deepest_level),
	TAP_TEST(names_are_taken_last_first_and_by_level),
	TAP_TEST(few_levels_are_open_and_the_rest_can_be_reopened),
	TAP_TEST(a_level_that_was_replaced_is_not_reopened),
};

TAP_MAIN(tests)
