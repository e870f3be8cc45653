/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/evaluate.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

static enum evaluation_namespace ask(const char *path, const char *kind)
{
	char *copy CLEANUP_FREE = path ? strdup(path) : NULL;
	const struct spec_namespace entry = { .present = true, .path = copy };

	return evaluation_namespace(&entry, kind);
}

static void without_an_entry_the_container_shares_our_namespace(void)
{
	const struct spec_namespace none = { .present = false };

	CHECK(evaluation_namespace(&none, "net") == NAMESPACE_OWN);
	CHECK(evaluation_namespace(&none, "pid") == NAMESPACE_OWN);
}

static void an_entry_without_a_path_is_a_new_namespace(void)
{
	CHECK(ask(NULL, "net") == NAMESPACE_OTHER);
	CHECK(ask(NULL, "pid") == NAMESPACE_OTHER);
}

static void the_path_of_our_namespace_is_ours(void)
{
	char path[64];

	CHECK(ask("/proc/self/ns/net", "net") == NAMESPACE_OWN);
	CHECK(ask("/proc/self/ns/pid", "pid") == NAMESPACE_OWN);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", getpid());
	CHECK(ask(path, "net") == NAMESPACE_OWN);
}

static void a_link_to_our_namespace_is_ours(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "link");

	REQUIRE(symlink("/proc/self/ns/net", path) == 0);
	CHECK(ask(path, "net") == NAMESPACE_OWN);
}

static void our_namespace_of_another_kind_is_not_ours(void)
{
	CHECK(ask("/proc/self/ns/pid", "net") == NAMESPACE_OTHER);
	CHECK(ask("/proc/self/ns/net", "pid") == NAMESPACE_OTHER);
	CHECK(ask("/proc/self/ns/mnt", "net") == NAMESPACE_OTHER);
}

/* Another file system can have the same inode number. */
static void a_file_that_is_not_a_namespace_is_not_ours(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	CHECK(ask("/", "net") == NAMESPACE_OTHER);
	CHECK(ask("/dev/null", "net") == NAMESPACE_OTHER);
	CHECK(ask("/proc/self/ns", "net") == NAMESPACE_OTHER);
	CHECK(ask(dir.path, "pid") == NAMESPACE_OTHER);
}

static void a_path_that_is_missing_is_unknown(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *dangling CLEANUP_FREE = tempdir_path(&dir, "dangling");

	REQUIRE(symlink("nowhere", dangling) == 0);
	CHECK(ask(dangling, "net") == NAMESPACE_UNKNOWN);
	CHECK(ask("/nowhere/ns/net", "net") == NAMESPACE_UNKNOWN);
	CHECK(ask("/dev/null/net", "net") == NAMESPACE_UNKNOWN);
	CHECK(ask("/proc/0/ns/net", "net") == NAMESPACE_UNKNOWN);
	CHECK(ask("/proc/self/ns/net", "no-such-kind") == NAMESPACE_UNKNOWN);
}

/*
 * A namespace that this user cannot access must not be taken for our own. In a
 * child, because the uid cannot be changed back.
 */
static int ask_as_nobody(const char *path)
{
	if (setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		return 77;
	return (int)ask(path, "net");
}

static void a_path_without_access_is_unknown(void)
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
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == NAMESPACE_UNKNOWN);
}

/* In new namespaces until the other end of the pipe is closed. */
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

static void a_namespace_of_another_process_is_not_ours(void)
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
		CHECK(ask(path, "net") == NAMESPACE_OTHER);
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", child);
		CHECK(ask(path, "pid") == NAMESPACE_OWN);
	}
	close(ready[0]);
	close(until[1]);
	CHECK(waitpid(child, NULL, 0) == child);
	if (!lives)
		SKIP("no new network namespace to be had");
}

static void what_the_runtime_cannot_start_is_recognised(void)
{
	struct own_caps own = { .kernel = 0xff,
				.permitted = 0x0f,
				.bounding = 0x0f };
	struct policy policy = { .mode = POLICY_ENFORCE };
	struct evaluation evaluation = {
		.policy = &policy,
		.userns = NAMESPACE_OWN,
		.spec = { .has_process = true, .has_capabilities = true },
	};
	capmask *set = evaluation.spec.sets.set;

	set[CAPSET_BOUNDING] = set[CAPSET_AMBIENT] = 0xff;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0);
	set[CAPSET_PERMITTED] = 0x131;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0x30);
	evaluation.userns = NAMESPACE_OTHER;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0);
	evaluation.userns = NAMESPACE_OWN;
	evaluation.has_decision = true;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0);
	policy.mode = POLICY_AUDIT;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0x30);
	set[CAPSET_PERMITTED] = 1;
	set[CAPSET_EFFECTIVE] = 3;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 2);
	set[CAPSET_EFFECTIVE] = 0;
	set[CAPSET_INHERITABLE] = 4;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0);
	set[CAPSET_BOUNDING] = 0;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 4);
	evaluation.spec.has_capabilities = false;
	CHECK_U64(evaluation_unstartable(&evaluation, &own), 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(without_an_entry_the_container_shares_our_namespace),
	TAP_TEST(an_entry_without_a_path_is_a_new_namespace),
	TAP_TEST(the_path_of_our_namespace_is_ours),
	TAP_TEST(a_link_to_our_namespace_is_ours),
	TAP_TEST(our_namespace_of_another_kind_is_not_ours),
	TAP_TEST(a_file_that_is_not_a_namespace_is_not_ours),
	TAP_TEST(a_path_that_is_missing_is_unknown),
	TAP_TEST(a_path_without_access_is_unknown),
	TAP_TEST(a_namespace_of_another_process_is_not_ours),
	TAP_TEST(what_the_runtime_cannot_start_is_recognised),
};
TAP_MAIN(tests)
