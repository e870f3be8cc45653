/* SPDX-License-Identifier: Apache-2.0 */
/* Files that others replace between the check and the open. */
#include "config.h"

#include "base/trust.h"

#include <errno.h>

#include "openat_hook.h"
#include "tap.h"
#include "tempdir.h"

/* What happens just before each of the next `rounds` opens of `name`. */
static struct {
	const struct tempdir *dir;
	const char *name;
	bool checks; /* before the check (O_PATH), not before the open */
	int rounds;
	void (*replace)(void);
	int opens; /* of `name`, in all */
} others;

static void act_before(const char *name, int flags)
{
	bool checks = flags & O_PATH;

	if (strcmp(name, others.name) != 0 || checks != others.checks)
		return;
	others.opens++;
	if (others.rounds-- > 0)
		others.replace();
}

/* The call of fstat() that fails; 0: none. */
static int failing_call, fstat_calls;

int fstat_or_fail(int fd, struct stat *ret_st) __asm__("fstat");

int fstat_or_fail(int fd, struct stat *ret_st)
{
	if (++fstat_calls == failing_call) {
		errno = EIO;
		return -1;
	}
	return fstatat(fd, "", ret_st, AT_EMPTY_PATH);
}

static void start_others(const struct tempdir *dir, const char *name,
			 int rounds, void (*replace)(void))
{
	others.dir = dir;
	others.name = name;
	others.checks = false;
	others.rounds = rounds;
	others.replace = replace;
	others.opens = 0;
	before_openat = act_before;
}

static bool rename_in(const char *from, const char *to)
{
	return renameat(others.dir->fd, from, others.dir->fd, to) == 0;
}

static void by_another_file(void)
{
	CHECK(tempdir_write_str(others.dir, "new", "new") &&
	      rename_in("new", "file"));
}

static void by_a_file_of_others(void)
{
	by_another_file();
	CHECK(fchmodat(others.dir->fd, "file", 0666, 0) == 0);
}

static void by_a_fifo(void)
{
	CHECK(mkfifoat(others.dir->fd, "new", 0600) == 0 &&
	      rename_in("new", "file"));
}

static void by_a_link_to_it(void)
{
	CHECK(rename_in("file", "moved") &&
	      symlinkat("moved", others.dir->fd, "file") == 0);
}

static void by_nothing(void)
{
	CHECK(unlinkat(others.dir->fd, "file", 0) == 0);
}

/* The text that is read, or the error; the caller frees. */
static char *open_and_read(int (*open_path)(const char *, int *, struct err *),
			   const char *name)
{
	char *path CLEANUP_FREE = tempdir_path(others.dir, name);
	int fd CLEANUP_FD = -1;
	struct err err = { 0 };
	char text[8] = "";
	int status = open_path(path, &fd, &err);

	before_openat = NULL;
	if (status < 0) {
		CHECK(fd < 0);
		return strdup(err.text);
	}
	CHECK(!*err.text);
	if (fd < 0)
		return strdup("missing");
	CHECK(read(fd, text, sizeof(text) - 1) >= 0);
	return strdup(text);
}

static void check_text(const char *name, const char *want)
{
	char *text CLEANUP_FREE = open_and_read(trust_open, name);

	CHECK_STR(text, want);
}

static void check_error(const char *name, const char *want)
{
	char *text CLEANUP_FREE = open_and_read(trust_open, name);

	CHECK_HAS(text, want);
}

static void a_replaced_file_is_checked_again(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "old"));
	start_others(&dir, "file", 0, by_another_file);
	check_text("file", "old");
	start_others(&dir, "file", 3, by_another_file);
	check_text("file", "new");
	CHECK(others.opens == 4);
	start_others(&dir, "file", 1, by_a_file_of_others);
	check_error("file", "is writable by others");
	CHECK(others.opens == 1);
}

static void a_file_replaced_each_time_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "old"));
	start_others(&dir, "file", 100, by_another_file);
	check_error("file", "/file' was replaced while it was opened");
	CHECK(others.opens == 4);
}

static void a_file_replaced_by_another_kind_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "old"));
	start_others(&dir, "file", 1, by_a_fifo);
	check_error("file", "is not a regular file");
	REQUIRE(tempdir_write_str(&dir, "new", "old") &&
		rename_in("new", "file"));
	start_others(&dir, "file", 1, by_a_link_to_it);
	check_error("file", "/file': too many symbolic links");
	CHECK(others.opens == 1);
}

static void a_file_that_disappears_is_missing(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "old"));
	start_others(&dir, "file", 1, by_nothing);
	check_text("file", "missing");
}

/* As the kubelet updates a ConfigMap. */
static void by_an_update(void)
{
	CHECK(symlinkat("new-data", others.dir->fd, "new") == 0 &&
	      rename_in("new", "..data") &&
	      unlinkat(others.dir->fd, "data/file", 0) == 0 &&
	      unlinkat(others.dir->fd, "data", AT_REMOVEDIR) == 0);
}

static void an_update_of_a_configmap_is_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(mkdirat(dir.fd, "data", 0755) == 0 &&
		tempdir_write_str(&dir, "data/file", "old") &&
		symlinkat("data", dir.fd, "..data") == 0 &&
		symlinkat("..data/file", dir.fd, "file") == 0 &&
		mkdirat(dir.fd, "new-data", 0755) == 0 &&
		tempdir_write_str(&dir, "new-data/file", "new"));
	start_others(&dir, "data", 1, by_an_update);
	others.checks = true;
	check_text("file", "new");
}

static void only_a_link_that_may_have_moved_is_tried_again(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "data", "old") &&
		symlinkat("nowhere", dir.fd, "dangling") == 0 &&
		symlinkat("data/below", dir.fd, "wrong") == 0);
	start_others(&dir, "nowhere", 0, NULL);
	others.checks = true;
	check_error("dangling", "/dangling': is missing");
	CHECK(others.opens == 4);
	start_others(&dir, "below", 0, NULL);
	others.checks = true;
	check_error("wrong", "/wrong': a part of the path is not a directory");
	CHECK(others.opens == 1);
	start_others(&dir, "missing", 0, NULL);
	others.checks = true;
	check_text("missing", "missing");
	CHECK(others.opens == 1);
}

static void a_log_made_meanwhile_is_checked(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	char *path CLEANUP_FREE = tempdir_path(&dir, "file");
	int fd CLEANUP_FD = -1;
	struct err err = { 0 };

	start_others(&dir, "file", 1, by_a_file_of_others);
	text = open_and_read(trust_open_log, "file");
	CHECK_HAS(text, "is writable by others");
	CHECK(others.opens == 1);
	by_nothing();
	start_others(&dir, "file", 1, by_another_file);
	REQUIRE(trust_open_log(path, &fd, &err) == 0);
	before_openat = NULL;
	CHECK(others.opens == 2);
	CHECK(write(fd, "+", 1) == 1);
	check_text("file", "new+");
}

static void a_log_that_cannot_be_made_is_tried_once(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char name[] = "/proc", *text CLEANUP_FREE = NULL;
	const struct tempdir proc = { .path = name };

	/* /proc has only processes. */
	start_others(&dir, "capruntime.log", 0, NULL);
	others.dir = &proc;
	text = open_and_read(trust_open_log, "capruntime.log");
	CHECK_HAS(text, "'/proc/capruntime.log': is missing");
	CHECK(others.opens == 1);
	others.dir = NULL;
}

/*
 * Each of the calls that trust_open() makes, one after the other. Without the first
 * one the path is walked.
 */
static void what_cannot_be_examined_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "link");
	int status = -1;

	REQUIRE(tempdir_write_str(&dir, "file", "text") &&
		symlinkat("file", dir.fd, "link") == 0);
	for (failing_call = 1; failing_call == 2 || status < 0;
	     failing_call++) {
		int next = next_descriptor();
		struct err err = { 0 };
		int fd = -1;

		fstat_calls = 0;
		status = trust_open(path, &fd, &err);
		if (!fstat_calls)
			break; /* the C library has another name for it */
		CHECK((status == 0) ==
		      (failing_call == 1 || fstat_calls < failing_call));
		CHECK((status == 0) == (fd >= 0) &&
		      (status == 0) == !*err.text);
		CHECK(fd < 0 || close(fd) == 0);
		CHECK(next_descriptor() == next);
	}
	failing_call = 0;
	if (!fstat_calls)
		SKIP("fstat() cannot be replaced here");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_replaced_file_is_checked_again),
	TAP_TEST(a_file_replaced_each_time_is_refused),
	TAP_TEST(a_file_replaced_by_another_kind_is_refused),
	TAP_TEST(a_file_that_disappears_is_missing),
	TAP_TEST(an_update_of_a_configmap_is_followed),
	TAP_TEST(only_a_link_that_may_have_moved_is_tried_again),
	TAP_TEST(a_log_made_meanwhile_is_checked),
	TAP_TEST(a_log_that_cannot_be_made_is_tried_once),
	TAP_TEST(what_cannot_be_examined_is_refused),
};

TAP_MAIN(tests)
