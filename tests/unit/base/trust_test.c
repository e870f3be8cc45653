/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trust.h"

#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"
#include "userns.h"

#define NOT_ROOT "only root can give files away"

/* trust_open() of dir/name; the descriptor is closed again. */
static int open_in(const struct tempdir *dir, const char *name, bool *ret_there,
		   struct err *err)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	int next = next_descriptor();
	int fd, status;

	*err = (struct err){ 0 };
	status = trust_open(path, &fd, err);
	*ret_there = fd >= 0;
	CHECK(fd < 0 || (fd >= 3 && fcntl(fd, F_GETFD) & FD_CLOEXEC));
	CHECK(fd < 0 || close(fd) == 0);
	CHECK(next_descriptor() == next);
	return status;
}

static void check_opens(const struct tempdir *dir, const char *name)
{
	struct err err = { 0 };
	bool there;

	if (!CHECK(open_in(dir, name, &there, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK(there);
}

static void check_missing(const struct tempdir *dir, const char *name)
{
	struct err err = { 0 };
	bool there;

	CHECK(open_in(dir, name, &there, &err) == 0);
	CHECK(!there);
	CHECK_STR(err.text, "");
}

/* Refused, with a message that names the path as given and says `reason`. */
static void check_refused(const struct tempdir *dir, const char *name,
			  const char *reason)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	struct err err = { 0 };
	bool there;

	CHECK(open_in(dir, name, &there, &err) == -1);
	CHECK(!there);
	CHECK_HAS(err.text, path);
	CHECK_HAS(err.text, reason);
}

static bool make_dir(const struct tempdir *dir, const char *name, mode_t mode)
{
	return mkdirat(dir->fd, name, 0700) == 0 &&
	       fchmodat(dir->fd, name, mode, 0) == 0;
}

static bool make_link(const struct tempdir *dir, const char *target,
		      const char *name)
{
	return symlinkat(target, dir->fd, name) == 0;
}

static bool give_away(const struct tempdir *dir, const char *name)
{
	return fchownat(dir->fd, name, 4711, 4711, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Exit status: one bit for each path that opens; 8: cannot be tested. */
static int open_as_root_of_a_namespace(const struct tempdir *dir,
				       const char *const *names)
{
	struct err ignored;
	int status = 0;
	bool there;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (!enter_user_namespace())
			_exit(8);
		for (int i = 0; names[i]; i++)
			if (open_in(dir, names[i], &there, &ignored) == 0)
				status |= 1 << i;
		_exit(status);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : -1;
}

static void any_user_can_look_like_root_in_a_shared_directory(void)
{
	static const char *const names[] = { "file", "open/file", "open/d/file",
					     NULL };
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int opened;

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	REQUIRE(make_dir(&dir, "open", 01777) &&
		make_dir(&dir, "open/d", 0755));
	for (int i = 0; names[i]; i++)
		REQUIRE(tempdir_write_str(&dir, names[i], "text") &&
			give_away(&dir, names[i]));
	REQUIRE(give_away(&dir, "open/d"));
	opened = open_as_root_of_a_namespace(&dir, names);
	if (opened == 8)
		SKIP("no unprivileged user namespaces");
	CHECK(opened == 1);
}

static void a_plain_file_is_opened_for_reading(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "file");
	int fd CLEANUP_FD = -1;
	struct err err = { 0 };
	char text[8] = "";

	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	REQUIRE(trust_open(path, &fd, &err) == 0);
	CHECK(read(fd, text, sizeof(text)) == 4);
	CHECK_STR(text, "text");
}

static void what_does_not_exist_is_no_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	check_missing(&dir, "file");
	check_missing(&dir, "no/such/file");
	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	check_refused(&dir, "file/below", "not a directory");
}

static void files_that_others_may_write_are_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	REQUIRE(fchmodat(dir.fd, "file", 0664, 0) == 0);
	check_refused(&dir, "file", "is writable by others");
	REQUIRE(fchmodat(dir.fd, "file", 0646, 0) == 0);
	check_refused(&dir, "file", "is writable by others");
}

static void every_directory_above_is_looked_at(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(make_dir(&dir, "a", 0755) && make_dir(&dir, "a/b", 0755));
	REQUIRE(tempdir_write_str(&dir, "a/b/file", "text"));
	check_opens(&dir, "a/b/file");
	REQUIRE(fchmodat(dir.fd, "a", 0775, 0) == 0);
	check_refused(&dir, "a/b/file", "/a' is writable by others");
	check_refused(&dir, "a/b/missing", "/a' is writable by others");
	check_refused(&dir, "a/b/../b/file", "/a' is writable by others");
}

/* In a child with the directory as its root. */
static int open_at_root(const struct tempdir *dir)
{
	pid_t child = fork();
	struct err err = { 0 };
	int fd, status;

	if (child == 0) {
		if (fchdir(dir->fd) < 0 || chroot(".") < 0)
			_exit(2);
		status = trust_open("/file", &fd, &err);
		_exit(status < 0 && strstr(err.text, "'/' "));
	}
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void the_root_directory_is_looked_at(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	if (geteuid() != 0)
		SKIP("only root can have another root directory");
	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	CHECK(open_at_root(&dir) == 0);
	REQUIRE(fchmod(dir.fd, 0777) == 0);
	CHECK(open_at_root(&dir) == 1);
}

static void a_sticky_directory_above_is_fine(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(make_dir(&dir, "a", 01777));
	REQUIRE(tempdir_write_str(&dir, "a/file", "text"));
	check_opens(&dir, "a/file");
}

static void what_belongs_to_others_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	REQUIRE(make_dir(&dir, "a", 0755) && make_dir(&dir, "b", 01777));
	REQUIRE(tempdir_write_str(&dir, "a/file", "text"));
	REQUIRE(tempdir_write_str(&dir, "b/file", "text"));
	REQUIRE(make_link(&dir, "a/file", "link"));
	check_opens(&dir, "link");

	REQUIRE(give_away(&dir, "link"));
	check_refused(&dir, "link", "is owned by user 4711");
	REQUIRE(give_away(&dir, "file") && give_away(&dir, "a"));
	check_refused(&dir, "file", "is owned by user 4711");
	check_refused(&dir, "a/file", "/a' is owned by user 4711");
	REQUIRE(give_away(&dir, "b"));
	check_refused(&dir, "b/file", "/b' is owned by user 4711");
}

static void links_as_kubernetes_makes_them_are_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *absolute CLEANUP_FREE = tempdir_path(&dir, "..data");

	REQUIRE(make_dir(&dir, "..2026_11_23", 0755));
	REQUIRE(tempdir_write_str(&dir, "..2026_11_23/policy.json", "{}"));
	REQUIRE(make_link(&dir, "..2026_11_23", "..data"));
	REQUIRE(make_link(&dir, "..data/policy.json", "policy.json"));
	REQUIRE(make_link(&dir, absolute, "absolute"));
	check_opens(&dir, "policy.json");
	check_opens(&dir, "absolute/policy.json");
	check_opens(&dir, "absolute/../policy.json");
	check_opens(&dir, ".//policy.json");

	REQUIRE(fchmodat(dir.fd, "..2026_11_23", 0777, 0) == 0);
	check_refused(&dir, "policy.json", "is writable by others");
}

static void a_link_that_leads_nowhere_is_an_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(make_link(&dir, "nowhere", "link"));
	REQUIRE(make_link(&dir, "loop", "loop"));
	check_refused(&dir, "link", "is missing");
	check_refused(&dir, "link/file", "is missing");
	check_refused(&dir, "loop", "too many symbolic links");
}

static void as_many_links_as_the_kernel_follows_are_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "0", "text"));
	for (int i = 1; i <= 41; i++) {
		char name[8], target[8];

		snprintf(name, sizeof(name), "%d", i);
		snprintf(target, sizeof(target), "%d", i - 1);
		REQUIRE(make_link(&dir, target, name));
	}
	check_opens(&dir, "40");
	check_refused(&dir, "41", "too many symbolic links");
}

/* None of them is opened: a FIFO would hang, a device could do something. */
static void what_is_no_regular_file_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(mkfifoat(dir.fd, "fifo", 0600) == 0);
	REQUIRE(fchmodat(dir.fd, "fifo", 0666, 0) == 0);
	REQUIRE(make_dir(&dir, "dir", 0755));
	check_refused(&dir, "fifo", "not a regular file");
	check_refused(&dir, "dir", "not a regular file");
	if (geteuid() != 0)
		SKIP("only root can make devices");
	REQUIRE(mknodat(dir.fd, "device", S_IFCHR | 0600, 0x105) == 0);
	check_refused(&dir, "device", "not a regular file");
}

static void a_name_has_255_bytes_and_no_more(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char name[257] = "";

	memset(name, 'x', 255);
	REQUIRE(tempdir_write_str(&dir, name, "text"));
	check_opens(&dir, name);
	name[255] = 'x';
	check_refused(&dir, name, "name too long");
}

static int check_program(const struct tempdir *dir, const char *name,
			 struct err *err)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	int status, next = next_descriptor();

	*err = (struct err){ 0 };
	status = trust_check_program(path, err);
	CHECK(next_descriptor() == next);
	return status;
}

static void a_program_must_be_there_and_executable(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "program", "#!/bin/true\n"));
	CHECK(check_program(&dir, "program", &err) == -1);
	CHECK_HAS(err.text, "is not executable");
	REQUIRE(fchmodat(dir.fd, "program", 0111, 0) == 0);
	CHECK(check_program(&dir, "program", &err) == 0);
	REQUIRE(fchmodat(dir.fd, "program", 0775, 0) == 0);
	CHECK(check_program(&dir, "program", &err) == -1);
	CHECK(check_program(&dir, "missing", &err) == -1);
	CHECK_HAS(err.text, "is missing");
	CHECK(check_program(&dir, ".", &err) == -1);
	CHECK_HAS(err.text, "not a regular file");
}

/* trust_open_log() and trust_check_log() agree; the line is appended. */
static bool log_to(const struct tempdir *dir, const char *name)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	int next = next_descriptor();
	int fd CLEANUP_FD = -1;
	struct err err = { 0 };
	bool trusted = trust_check_log(path, &err) == 0;

	CHECK(next_descriptor() == next);
	CHECK(trusted == !*err.text);
	err = (struct err){ 0 };
	CHECK(trusted == (trust_open_log(path, &fd, &err) == 0));
	CHECK(trusted == !*err.text);
	return fd >= 0 && write(fd, "line\n", 5) == 5;
}

static void a_log_is_created_or_appended_to(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct stat st;

	CHECK(log_to(&dir, "log") && log_to(&dir, "log"));
	REQUIRE(fstatat(dir.fd, "log", &st, 0) == 0);
	CHECK(st.st_size == 10 && st.st_mode == (S_IFREG | 0600));
	REQUIRE(make_link(&dir, "log", "link"));
	CHECK(log_to(&dir, "link"));
	CHECK(!log_to(&dir, "missing/log"));
}

static void a_log_that_others_can_steer_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(make_dir(&dir, "open", 01777) && make_dir(&dir, "wide", 0777));
	REQUIRE(tempdir_write_str(&dir, "file", "") &&
		tempdir_write_str(&dir, "twice", "") &&
		linkat(dir.fd, "twice", dir.fd, "open/hard", 0) == 0 &&
		make_link(&dir, "missing", "dangling") &&
		mkfifoat(dir.fd, "fifo", 0600) == 0);
	CHECK(log_to(&dir, "open/own"));
	CHECK(!log_to(&dir, "open/hard"));
	CHECK(!log_to(&dir, "wide/log"));
	CHECK(!log_to(&dir, "dangling"));
	CHECK(!log_to(&dir, "fifo"));
	CHECK(faccessat(dir.fd, "missing", F_OK, 0) < 0);
	CHECK(faccessat(dir.fd, "wide/log", F_OK, 0) < 0);
	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	REQUIRE(make_link(&dir, "../file", "open/link"));
	CHECK(log_to(&dir, "open/link"));
	REQUIRE(give_away(&dir, "open/link"));
	CHECK(!log_to(&dir, "open/link"));
}

static const struct tap_test tests[] = {
	TAP_TEST(any_user_can_look_like_root_in_a_shared_directory),
	TAP_TEST(a_plain_file_is_opened_for_reading),
	TAP_TEST(what_does_not_exist_is_no_error),
	TAP_TEST(files_that_others_may_write_are_refused),
	TAP_TEST(every_directory_above_is_looked_at),
	TAP_TEST(the_root_directory_is_looked_at),
	TAP_TEST(a_sticky_directory_above_is_fine),
	TAP_TEST(what_belongs_to_others_is_refused),
	TAP_TEST(links_as_kubernetes_makes_them_are_followed),
	TAP_TEST(a_link_that_leads_nowhere_is_an_error),
	TAP_TEST(as_many_links_as_the_kernel_follows_are_followed),
	TAP_TEST(what_is_no_regular_file_is_refused),
	TAP_TEST(a_name_has_255_bytes_and_no_more),
	TAP_TEST(a_program_must_be_there_and_executable),
	TAP_TEST(a_log_is_created_or_appended_to),
	TAP_TEST(a_log_that_others_can_steer_is_refused),
};

TAP_MAIN(tests)
