/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/nsinfo.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

static enum nsinfo_answer ask(const char *path, const char *kind)
{
	char *copy CLEANUP_FREE = path ? strdup(path) : NULL;
	const struct spec_namespace entry = { .present = true, .path = copy };

	return nsinfo_is_own(&entry, kind);
}

static void without_an_entry_the_container_stays_in_ours(void)
{
	const struct spec_namespace none = { .present = false };

	CHECK(nsinfo_is_own(&none, "net") == NSINFO_YES);
	CHECK(nsinfo_is_own(&none, "pid") == NSINFO_YES);
}

static void an_entry_without_a_path_is_a_new_one(void)
{
	CHECK(ask(NULL, "net") == NSINFO_NO);
	CHECK(ask(NULL, "pid") == NSINFO_NO);
}

static void our_own_path_is_ours(void)
{
	char path[64];

	CHECK(ask("/proc/self/ns/net", "net") == NSINFO_YES);
	CHECK(ask("/proc/self/ns/pid", "pid") == NSINFO_YES);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", getpid());
	CHECK(ask(path, "net") == NSINFO_YES);
}

static void a_link_to_ours_is_ours(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "link");

	REQUIRE(symlink("/proc/self/ns/net", path) == 0);
	CHECK(ask(path, "net") == NSINFO_YES);
}

static void another_kind_of_ours_is_not(void)
{
	CHECK(ask("/proc/self/ns/pid", "net") == NSINFO_NO);
	CHECK(ask("/proc/self/ns/net", "pid") == NSINFO_NO);
	CHECK(ask("/proc/self/ns/mnt", "net") == NSINFO_NO);
}

/* A file elsewhere can have the inode's number, but not its device. */
static void what_is_no_namespace_is_not_ours(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	CHECK(ask("/", "net") == NSINFO_NO);
	CHECK(ask("/dev/null", "net") == NSINFO_NO);
	CHECK(ask("/proc/self/ns", "net") == NSINFO_NO);
	CHECK(ask(dir.path, "pid") == NSINFO_NO);
}

static void what_cannot_be_looked_at_is_unknown(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *dangling CLEANUP_FREE = tempdir_path(&dir, "dangling");

	REQUIRE(symlink("nowhere", dangling) == 0);
	CHECK(ask(dangling, "net") == NSINFO_UNKNOWN);
	CHECK(ask("/nowhere/ns/net", "net") == NSINFO_UNKNOWN);
	CHECK(ask("/dev/null/net", "net") == NSINFO_UNKNOWN);
	CHECK(ask("/proc/0/ns/net", "net") == NSINFO_UNKNOWN);
	CHECK(ask("/proc/self/ns/net", "no-such-kind") == NSINFO_UNKNOWN);
}

/*
 * Who may not look at another's namespace must not take it for his own. A
 * process of its own, since uids do not come back.
 */
static int ask_as_nobody(const char *path)
{
	if (setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		return 77;
	return (int)ask(path, "net");
}

static void what_may_not_be_looked_at_is_unknown(void)
{
	int status;
	pid_t child;

	if (geteuid() != 0)
		SKIP("not root");
	child = fork();
	if (child == 0)
		_exit(ask_as_nobody("/proc/1/ns/net"));
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		SKIP("cannot become another user");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == NSINFO_UNKNOWN);
}

/* In namespaces of its own until the pipe's other end is closed. */
static void live_elsewhere(int ready, int until)
{
	char byte = 0;

	if (unshare(CLONE_NEWNET) < 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		_exit(1);
	if (write(ready, &byte, 1) != 1 || read(until, &byte, 1) != 0)
		_exit(2);
	_exit(0);
}

static void another_namespace_is_not_ours(void)
{
	int ready[2], until[2];
	char path[64], byte;
	pid_t child;
	bool lives;

	REQUIRE(pipe(ready) == 0 && pipe(until) == 0);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		close(ready[0]);
		close(until[1]);
		live_elsewhere(ready[1], until[0]);
	}
	close(ready[1]);
	close(until[0]);
	lives = read(ready[0], &byte, 1) == 1;
	if (lives) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
		CHECK(ask(path, "net") == NSINFO_NO);
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", child);
		CHECK(ask(path, "pid") == NSINFO_YES);
	}
	close(ready[0]);
	close(until[1]);
	CHECK(waitpid(child, NULL, 0) == child);
	if (!lives)
		SKIP("no new network namespace to be had");
}

static const struct tap_test tests[] = {
	TAP_TEST(without_an_entry_the_container_stays_in_ours),
	TAP_TEST(an_entry_without_a_path_is_a_new_one),
	TAP_TEST(our_own_path_is_ours),
	TAP_TEST(a_link_to_ours_is_ours),
	TAP_TEST(another_kind_of_ours_is_not),
	TAP_TEST(what_is_no_namespace_is_not_ours),
	TAP_TEST(what_cannot_be_looked_at_is_unknown),
	TAP_TEST(what_may_not_be_looked_at_is_unknown),
	TAP_TEST(another_namespace_is_not_ours),
};
TAP_MAIN(tests)
