/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/root.h"

#include <sched.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

#define RUNC "/usr/sbin/runc"
#define CRUN "/usr/bin/crun"

/* `bundle`: NULL in an exec. */
static void check_call(const char *root, const char *bundle,
		       const char *runtime, const char *want)
{
	struct runtime_args args = { .root = root, .bundle = bundle };
	char found[PATH_SIZE];
	struct err err = { 0 };

	if (!CHECK(runtime_root_resolve(found, &args, runtime, &err) == 0))
		printf("#   %s\n", err.text);
	else
		CHECK_STR(found, want);
}

static void check_root(const char *root, const char *runtime, const char *want)
{
	check_call(root, NULL, runtime, want);
}

static void check_below(const struct tempdir *dir, const char *root,
			const char *runtime, const char *want)
{
	char *given CLEANUP_FREE = tempdir_path(dir, root);
	char *wanted CLEANUP_FREE = tempdir_path(dir, want);

	check_root(given, runtime, wanted);
}

/* R, R/state, and a link R/link to R/state/deep. */
static struct tempdir tree_make(void)
{
	struct tempdir dir = tempdir_make();

	CHECK(mkdirat(dir.fd, "state", 0700) == 0 &&
	      mkdirat(dir.fd, "state/deep", 0700) == 0 &&
	      symlinkat("state/deep", dir.fd, "link") == 0 &&
	      symlinkat("/nowhere", dir.fd, "dangling") == 0);
	return dir;
}

static void all_spellings_are_one_directory(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	static const char *const spellings[] = {
		"state/deep",	 "state/deep/",	     "state//deep",
		"./state/deep/", "state/../link/./", "link",
	};

	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		check_below(&dir, spellings[i], RUNC, "state/deep");
		check_below(&dir, spellings[i], CRUN, "state/deep");
	}
	check_root("/", CRUN, "/");
	check_root("/../..", RUNC, "/");
}

static void what_is_missing_is_kept_as_it_is_spelled(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();

	check_below(&dir, "link/a//b/", RUNC, "state/deep/a/b");
	check_below(&dir, "link/a/./b", CRUN, "state/deep/a/b");
	check_below(&dir, "link/a/../b", CRUN, "state/deep/b");
	check_below(&dir, "dangling/a", CRUN, "dangling/a");
	check_root("/nowhere/at/all", RUNC, "/nowhere/at/all");
}

static void runc_takes_two_dots_by_the_text(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();

	check_below(&dir, "link/..", CRUN, "state");
	check_below(&dir, "link/../state", RUNC, "state");
	check_below(&dir, "link/../new", RUNC, "new");
	check_below(&dir, "link/../new", CRUN, "state/new");
}

static void enter(const char *path)
{
	REQUIRE(chdir(path) == 0);
	setenv("PWD", path, 1);
}

static void a_relative_root_is_below_the_current_directory(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	char *state CLEANUP_FREE = tempdir_path(&dir, "state");
	char *link CLEANUP_FREE = tempdir_path(&dir, "link");
	char *deep CLEANUP_FREE = tempdir_path(&dir, "state/deep");

	enter(dir.path);
	check_root("link", RUNC, deep);
	check_root("./link", CRUN, deep);
	enter(link);
	check_root("..", RUNC, dir.path);
	check_root("..", CRUN, state);
	setenv("PWD", "/", 1);
	check_root("..", RUNC, state);
	enter("/");
}

static void a_relative_root_of_crun_is_below_the_bundle(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	char *deep CLEANUP_FREE = tempdir_path(&dir, "state/deep");
	char *new CLEANUP_FREE = tempdir_path(&dir, "state/new/root");
	char *by_default CLEANUP_FREE = tempdir_path(&dir, "state/xdg/crun");

	enter(dir.path);
	check_call("state/deep", "state", RUNC, deep);
	check_call("deep", "state", CRUN, deep);
	check_call("deep", "./state/", CRUN, deep);
	check_call("..//state/deep", "state", CRUN, deep);
	check_call(deep, "state", CRUN, deep);
	check_call("new/root", "state", CRUN, new);
	check_call("state/deep", "", CRUN, deep);
	setenv("XDG_RUNTIME_DIR", "xdg", 1);
	check_call(NULL, "state", CRUN, by_default);
	unsetenv("XDG_RUNTIME_DIR");
	enter("/");
}

static void an_empty_root_is_an_error(void)
{
	struct runtime_args args = { .root = "" };
	char found[PATH_SIZE];
	struct err err = { 0 };

	CHECK(runtime_root_resolve(found, &args, RUNC, &err) == -1);
	CHECK_STR(err.text, "--root is empty: name a directory");
	CHECK(runtime_root_resolve(found, &args, CRUN, &err) == -1);
}

static void the_default_is_the_runtimes_own(void)
{
	uid_t was = geteuid();

	unsetenv("XDG_RUNTIME_DIR");
	check_root(NULL, RUNC, "/run/runc");
	check_root(NULL, "/opt/runc.real", "/run/runc");
	check_root(NULL, CRUN, "/run/crun");
	check_root(NULL, "/usr/bin/krun", "/run/crun");
	check_root(NULL, "/usr/bin/youki", "youki");

	setenv("XDG_RUNTIME_DIR", "/run/./nowhere/", 1);
	setenv("USER", "root", 1);
	check_root(NULL, CRUN, "/run/nowhere/crun");
	if (was == 0) {
		check_root(NULL, RUNC, "/run/runc");
		REQUIRE(seteuid(4711) == 0);
	}
	check_root(NULL, RUNC, "/run/nowhere/runc");
	REQUIRE(seteuid(was) == 0);
	setenv("XDG_RUNTIME_DIR", "", 1);
	check_root(NULL, CRUN, "/run/crun");
}

/* As its root. */
static bool enter_user_namespace(void)
{
	FILE *map;

	if (unshare(CLONE_NEWUSER) < 0)
		return false;
	map = fopen("/proc/self/uid_map", "we");
	return map && fputs("0 0 1", map) >= 0 && fclose(map) == 0;
}

static void check_in_user_namespace(void)
{
	if (!enter_user_namespace())
		_exit(77);
	setenv("USER", "root", 1);
	check_root(NULL, RUNC, "/run/runc");
	setenv("USER", "other", 1);
	check_root(NULL, RUNC, "/run/user/other/runc");
	unsetenv("USER");
	check_root(NULL, RUNC, "/run/user/other/runc");
}

static void runc_asks_for_the_user_only_in_a_user_namespace(void)
{
	int status = -1;
	pid_t child;

	if (geteuid() != 0)
		SKIP("not root");
	setenv("XDG_RUNTIME_DIR", "/run/user/other", 1);
	setenv("USER", "other", 1);
	check_root(NULL, RUNC, "/run/runc");
	fflush(stdout);
	child = fork();
	if (child == 0) {
		check_in_user_namespace();
		fflush(stdout);
		_exit(tap_failed);
	}
	unsetenv("XDG_RUNTIME_DIR");
	REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		SKIP("cannot enter a user namespace");
	CHECK(status == 0);
}

static void what_is_too_long_is_an_error(void)
{
	char long_path[PATH_SIZE + 1], found[PATH_SIZE];
	struct runtime_args args = { .root = long_path };
	struct err err = { 0 };

	memset(long_path, 'a', PATH_SIZE);
	long_path[0] = '/';
	long_path[PATH_SIZE] = '\0';
	CHECK(runtime_root_resolve(found, &args, RUNC, &err) == -1);
	CHECK_STR(err.text, "root directory: name too long");
	args.root = long_path + 1;
	CHECK(runtime_root_resolve(found, &args, RUNC, &err) == -1);
	args.root = long_path;
	long_path[PATH_SIZE - 2] = '\0';
	CHECK(runtime_root_resolve(found, &args, RUNC, &err) == 0);
	CHECK_STR(found, long_path);
	setenv("XDG_RUNTIME_DIR", long_path, 1);
	args.root = NULL;
	CHECK(runtime_root_resolve(found, &args, CRUN, &err) == -1);
	unsetenv("XDG_RUNTIME_DIR");
}

/* Has an error if the resolved root has `over` bytes more than the most. */
static void check_length(const char *start, size_t start_resolved, int over)
{
	char root[2 * PATH_SIZE], found[PATH_SIZE];
	struct runtime_args args = { .root = root };
	struct err err = { 0 };
	size_t len = strlen(start), size = PATH_SIZE + len - start_resolved;

	memcpy(root, start, len);
	memset(root + len, 'a', sizeof(root) - len);
	root[(int)size - 1 + over] = '\0';
	if (!CHECK((runtime_root_resolve(found, &args, RUNC, &err) == -1) ==
		   (over > 0)))
		printf("#   '%s' and %d more\n", start, over);
}

static void what_becomes_too_long_is_an_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	char *link CLEANUP_FREE = tempdir_path(&dir, "link/");
	char *deep CLEANUP_FREE = tempdir_path(&dir, "state/deep/");

	enter("/");
	/* below the current directory, as "//" and the root */
	check_length("", strlen("//"), 0);
	check_length("", strlen("//"), 1);
	check_length(link, strlen(deep), 0);
	check_length(link, strlen(deep), 1);
}

static bool has(const char *root, const char *id)
{
	struct err err = { 0 };
	bool found = true;

	if (!CHECK(runtime_root_has_container(root, id, &found, &err) == 0))
		printf("#   %s\n", err.text);
	return found;
}

static void a_container_has_a_state_directory(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	char *file CLEANUP_FREE = tempdir_path(&dir, "file");

	CHECK(tempdir_write_str(&dir, "file", ""));
	CHECK(has(dir.path, "state"));
	CHECK(has(dir.path, "dangling"));
	CHECK(!has(dir.path, "other"));
	CHECK(!has("/nowhere", "state"));
	CHECK(!has(file, "state"));
	CHECK(!has("youki", "state"));
}

static void what_cannot_be_found_out_is_an_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tree_make();
	char id[PATH_SIZE];
	struct err err = { 0 };
	bool found;

	memset(id, 'a', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	CHECK(runtime_root_has_container(dir.path, id, &found, &err) == -1);
	id[300] = '\0';
	CHECK(runtime_root_has_container(dir.path, id, &found, &err) == -1);
	CHECK_HAS(err.text, "name too long");
}

static const struct tap_test tests[] = {
	TAP_TEST(all_spellings_are_one_directory),
	TAP_TEST(what_is_missing_is_kept_as_it_is_spelled),
	TAP_TEST(runc_takes_two_dots_by_the_text),
	TAP_TEST(a_relative_root_is_below_the_current_directory),
	TAP_TEST(a_relative_root_of_crun_is_below_the_bundle),
	TAP_TEST(an_empty_root_is_an_error),
	TAP_TEST(the_default_is_the_runtimes_own),
	TAP_TEST(runc_asks_for_the_user_only_in_a_user_namespace),
	TAP_TEST(what_is_too_long_is_an_error),
	TAP_TEST(what_becomes_too_long_is_an_error),
	TAP_TEST(a_container_has_a_state_directory),
	TAP_TEST(what_cannot_be_found_out_is_an_error),
};

TAP_MAIN(tests)
