/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trust_stat.h"

#include <sys/wait.h>

#include "tap.h"
#include "userns.h"

static void root_and_the_effective_user_are_trusted(void)
{
	struct stat st = { .st_uid = 0 };

	CHECK(trust_has_owner(&st, true));
	st.st_uid = geteuid();
	CHECK(trust_has_owner(&st, true));
	st.st_uid = geteuid() + 4711;
	CHECK(!trust_has_owner(&st, false));
}

static void an_unreadable_namespace_counts_as_the_first(void)
{
	CHECK(trust_is_first_userns("/nowhere/ns/user"));
	CHECK(!trust_is_first_userns("/proc/self/ns/pid"));
}

/*
 * Exit status 0: the overflow user is trusted here, except in a directory that
 * others can write; 2: cannot be tested.
 */
static int trust_overflow_user_in_child(bool new_namespace)
{
	const struct stat st = { .st_uid = 65534 };
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (new_namespace && !enter_user_namespace())
			_exit(2);
		_exit(!trust_has_owner(&st, false) ||
		      trust_has_owner(&st, true));
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : -1;
}

static void the_overflow_user_is_trusted_in_a_user_namespace_only(void)
{
	struct stat st;
	int inside = trust_overflow_user_in_child(true);

	if (inside == 2)
		SKIP("no unprivileged user namespaces");
	CHECK(inside == 0);
	REQUIRE(stat("/proc/self/ns/user", &st) == 0);
	if (st.st_ino == 0xEFFFFFFDu && geteuid() != 65534)
		CHECK(trust_overflow_user_in_child(false) == 1);
}

static void what_others_may_write_is_not_trusted(void)
{
	static const mode_t modes[] = { 0620, 0602, 0777, 0664 };
	struct stat st = { .st_mode = S_IFREG | 0644 };
	struct err err = { 0 };

	CHECK(trust_check_stat(&st, "x", &err) == 0);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		st.st_mode = S_IFREG | modes[i];
		CHECK(trust_check_stat(&st, "x", &err) == -1);
		CHECK_STR(err.text, "'x' is writable by others: chmod go-w it");
	}
}

static void only_the_owner_of_a_sticky_directory_counts(void)
{
	struct stat st = { .st_mode = S_IFDIR | 01777 };
	struct err err = { 0 };

	CHECK(trust_is_shared(&st));
	CHECK(trust_check_directory(&st, false, "d", &err) == 0);
	st.st_mode = S_IFDIR | 0775;
	CHECK(trust_is_shared(&st));
	CHECK(trust_check_directory(&st, false, "d", &err) == -1);
	CHECK_STR(err.text, "'d' is writable by others: chmod go-w it");
	st.st_mode = S_IFDIR | 01755;
	st.st_uid = geteuid() + 4711;
	CHECK(!trust_is_shared(&st));
	CHECK(trust_check_directory(&st, false, "d", &err) == -1);
	CHECK_HAS(err.text, "change its owner to root");
}

static const struct tap_test tests[] = {
	TAP_TEST(root_and_the_effective_user_are_trusted),
	TAP_TEST(an_unreadable_namespace_counts_as_the_first),
	TAP_TEST(the_overflow_user_is_trusted_in_a_user_namespace_only),
	TAP_TEST(what_others_may_write_is_not_trusted),
	TAP_TEST(only_the_owner_of_a_sticky_directory_counts),
};

TAP_MAIN(tests)
