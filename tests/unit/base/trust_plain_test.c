/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths below a root directory that nobody else can change: a path is then asked
 * by its name, and walked only if something on it is not so.
 */
#include "config.h"

#include "base/trust.h"

#include <linux/auto_fs.h>
#include <sys/ioctl.h>

#include "own_mounts.h"
#include "plain_root.h"
#include "tap.h"

static bool make_files(const struct plain_root *root)
{
	int dir = root->dir.fd;

	return mkdirat(dir, "d", 0755) == 0 && mkdirat(dir, "d/e", 0750) == 0 &&
	       tempdir_write_str(&root->dir, "file", "text") &&
	       tempdir_write_str(&root->dir, "d/e/file", "text") &&
	       symlinkat("file", dir, "d/e/link") == 0 &&
	       symlinkat("d", dir, "links") == 0 &&
	       mkfifoat(dir, "fifo", 0600) == 0;
}

/* Whether it opens, and then whether it was walked. */
static void check_open(const char *path, bool opens, bool walks)
{
	int fd CLEANUP_FD = -1;
	struct err err = { 0 };
	char text[8] = "";

	walked = 0;
	if (!CHECK((trust_open(path, &fd, &err) == 0 && fd >= 0) == opens))
		printf("#   %s: %s\n", path, err.text);
	CHECK((walked > 0) == walks);
	if (opens)
		CHECK(read(fd, text, sizeof(text)) == 4);
}

static void what_nobody_else_can_change_is_not_walked(void)
{
	static const char *const paths[] = { "/file", "/d/e/file",
					     "//d///e/file", "/d/./e/file",
					     "/d/e/../e/file" };

	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();

	REQUIRE(make_files(&root));
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		check_open(paths[i], true, false);
}

static void links_and_what_is_missing_are_walked(void)
{
	char path[5000];

	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();

	REQUIRE(make_files(&root));
	check_open("/d/e/link", true, true);
	check_open("/links/e/file", true, true);
	check_open("/missing", false, true);
	check_open("/file/below", false, true);
	check_open("/file/", true, true);
	check_open("/fifo", false, true);
	check_open("/d/e", false, true);
	/* Taken as absolute, and longer than the kernel takes at once. */
	check_open("file", true, true);
	memset(path, '/', sizeof(path));
	memcpy(path + sizeof(path) - 6, "/file", 6);
	check_open(path, true, true);
	check_open(path + sizeof(path) - 257, true, true);
	check_open(path + sizeof(path) - 256, true, false);
}

static void what_others_can_change_is_walked_and_judged(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();
	int dir = root.dir.fd;

	REQUIRE(make_files(&root));
	REQUIRE(fchmodat(dir, "d", 01777, 0) == 0);
	check_open("/d/e/file", true, true);
	REQUIRE(fchmodat(dir, "d", 0775, 0) == 0);
	check_open("/d/e/file", false, true);
	REQUIRE(fchmodat(dir, "d", 0757, 0) == 0);
	check_open("/d/e/file", false, true);
	REQUIRE(fchmodat(dir, "d", 0755, 0) == 0);
	check_open("/d/e/file", true, false);
	REQUIRE(fchownat(dir, "d", 4711, 0, 0) == 0);
	check_open("/d/e/file", false, true);
	REQUIRE(fchownat(dir, "d", 0, 4711, 0) == 0);
	check_open("/d/e/file", true, false);
	REQUIRE(fchmodat(dir, "d/e/file", 0664, 0) == 0);
	check_open("/d/e/file", false, true);
	REQUIRE(fchownat(dir, "file", 4711, 0, 0) == 0);
	check_open("/file", false, true);
	REQUIRE(fchmod(dir, 0777) == 0);
	check_open("/d/e/file", false, true);
}

/* Between the question and the open. */
static void replace_file(const char *name, int flags)
{
	count_walk(name, flags);
	if (flags & O_PATH)
		return;
	before_openat = count_walk;
	if (rename("/new", "/file") < 0)
		abort();
}

static void a_file_replaced_before_it_is_opened_is_asked_again(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();

	REQUIRE(make_files(&root) &&
		tempdir_write_str(&root.dir, "new", "text"));
	before_openat = replace_file;
	check_open("/file", true, false);
	REQUIRE(tempdir_write_str(&root.dir, "new", "text") &&
		fchmodat(root.dir.fd, "new", 0666, 0) == 0);
	before_openat = replace_file;
	check_open("/file", false, true);
}

static void a_plain_link_is_one_that_nobody_else_can_replace(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);

	struct plain_root root CLEANUP_ROOT = root_make();
	int dir = root.dir.fd;

	REQUIRE(make_files(&root));
	CHECK(trust_is_plain_link("/d/e/link"));
	CHECK(trust_is_plain_link("/links"));
	CHECK(!trust_is_plain_link("/links/e/link"));
	CHECK(!trust_is_plain_link("/file"));
	CHECK(!trust_is_plain_link("/missing"));
	REQUIRE(fchownat(dir, "links", 4711, 0, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(!trust_is_plain_link("/links"));
	REQUIRE(fchmodat(dir, "d", 01777, 0) == 0);
	CHECK(!trust_is_plain_link("/d/e/link"));
}

/* Exit status: opened, 1. The group is not the one that mounts. */
static pid_t start_opening(void)
{
	struct err ignored;
	int fd = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(setpgid(0, 0) == 0 &&
		      trust_open("/auto/file", &fd, &ignored) == 0 && fd >= 0);
	return child;
}

/* The packet of autofs(5) waits for the mount. */
static bool mount_when_asked(int packets, int automount, const char *options)
{
	struct autofs_v5_packet packet;

	return read(packets, &packet, sizeof(packet)) == sizeof(packet) &&
	       mount("none", "/auto", "tmpfs", 0, options) == 0 &&
	       close(open("/auto/file", O_CREAT | O_WRONLY | O_CLOEXEC,
			  0644)) == 0 &&
	       ioctl(automount, AUTOFS_IOC_READY, packet.wait_queue_token) == 0;
}

/* Is /auto/file opened if its directory is only mounted then? */
static bool opens_automounted(const char *options)
{
	int packets[2], status = -1, automount;
	char text[128];
	pid_t child;

	if (pipe2(packets, O_CLOEXEC) < 0 || setpgid(0, 0) < 0)
		return false;
	snprintf(text, sizeof(text),
		 "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", packets[1],
		 getpgrp());
	if (mount("none", "/auto", "autofs", 0, text) < 0)
		_exit(77);
	automount = open("/auto", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	child = start_opening();
	close(packets[1]);
	CHECK(mount_when_asked(packets[0], automount, options));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	close(automount);
	close(packets[0]);
	CHECK(umount2("/auto", MNT_DETACH) == 0 &&
	      umount2("/auto", MNT_DETACH) == 0);
	return WEXITSTATUS(status) == 1;
}

static void open_automounted(const struct tempdir *dir)
{
	/* The descriptor is of the mounts before. */
	if (chdir(dir->path) < 0 || chroot(".") < 0 || mkdir("/auto", 0755) < 0)
		_exit(77);
	CHECK(opens_automounted("mode=0755"));
	CHECK(!opens_automounted("mode=0777"));
	CHECK(!opens_automounted("mode=0755,uid=4711"));
}

static void what_an_automount_hides_is_judged(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, open_automounted);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_nobody_else_can_change_is_not_walked),
	TAP_TEST(links_and_what_is_missing_are_walked),
	TAP_TEST(what_others_can_change_is_walked_and_judged),
	TAP_TEST(a_file_replaced_before_it_is_opened_is_asked_again),
	TAP_TEST(a_plain_link_is_one_that_nobody_else_can_replace),
	TAP_TEST(what_an_automount_hides_is_judged),
};

TAP_MAIN(tests)
