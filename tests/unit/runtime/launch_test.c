/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/launch.h"

#include <sys/auxv.h>
#include <sys/wait.h>

#include "own_mounts.h"
#include "tap.h"
#include "tempdir.h"

#define VARIABLE "CAPRUNTIME_RUNTIME"

/* In place of the compiled-in path. */
const char paths_runtimes_dir[] = "/proc/self/cwd/runtimes";

static char before[PATH_SIZE];

/* An empty directory of links, below a new working directory. */
static struct tempdir enter_tempdir(void)
{
	struct tempdir dir = tempdir_make();

	unsetenv(VARIABLE);
	if (!getcwd(before, sizeof(before)) || fchdir(dir.fd) < 0 ||
	    mkdir("runtimes", 0700) < 0 || chmod("runtimes", 0755) < 0) {
		printf("Bail out! no working directory\n");
		exit(EXIT_FAILURE);
	}
	return dir;
}

static void leave_tempdir(struct tempdir *dir)
{
	CHECK(chdir(before) == 0);
	tempdir_remove(dir);
}

#define CLEANUP_ENTERED __attribute__((cleanup(leave_tempdir), unused))

static void check_resolved(const char *argv0, const char *path,
			   const char *chosen_by)
{
	struct launch launch;
	struct err err = { 0 };

	memset(&launch, 'x', sizeof(launch));
	if (!CHECK(launch_resolve(&launch, argv0, &err) == 0)) {
		printf("#   %s\n", err.text);
		return;
	}
	CHECK_STR(launch.path, path);
	CHECK_STR(launch_chosen_by(&launch), chosen_by);
}

static void check_unresolved(const char *argv0, const char *reason)
{
	struct launch launch;
	struct err err = { 0 };

	CHECK(launch_resolve(&launch, argv0, &err) == -1);
	CHECK_HAS(err.text, reason);
}

static void the_link_of_the_handler_names_the_runtime(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(symlink("/usr/bin/runc", "runtimes/one") == 0);
	check_resolved("one", "/usr/bin/runc", "/proc/self/cwd/runtimes/one");
	check_resolved("/a/b/one", "/usr/bin/runc",
		       "/proc/self/cwd/runtimes/one");
	check_unresolved("two", "no real runtime for handler 'two': create");
	check_unresolved("", "invalid handler name ''");
	check_unresolved(NULL, "invalid handler name ''");
}

static void a_link_must_be_a_link_to_an_absolute_path(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(symlink("runc", "runtimes/one") == 0);
	REQUIRE(tempdir_write_str(&dir, "runtimes/capruntime", "") &&
		tempdir_write_str(&dir, "runtimes/two", ""));
	check_unresolved("one", "points to 'runc': must be an absolute path");
	check_unresolved("two", "is not a symbolic link");
	check_unresolved("capruntime", "is not a symbolic link");
}

static void only_the_default_handler_needs_no_link(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	check_resolved("capruntime", DEFAULT_RUNTIME, "compiled in");
	check_unresolved("capruntime2", "no real runtime");
	REQUIRE(symlink("/usr/bin/crun", "runtimes/capruntime") == 0);
	check_resolved("capruntime", "/usr/bin/crun",
		       "/proc/self/cwd/runtimes/capruntime");
}

static void the_variable_takes_precedence(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(symlink("/usr/bin/runc", "runtimes/one") == 0);
	setenv(VARIABLE, "/usr/bin/crun", 1);
	check_resolved("one", "/usr/bin/crun", "$" VARIABLE);
	setenv(VARIABLE, "crun", 1);
	check_unresolved("one", "$" VARIABLE " is 'crun': must be an absolute");
	setenv(VARIABLE, "", 1);
	check_unresolved("one", "$" VARIABLE " is '': must be an absolute");
	unsetenv(VARIABLE);
}

/* `len` bytes, all 'x' but the first. */
static void fill(char *text, char first, size_t len)
{
	memset(text, 'x', len);
	text[0] = first;
	text[len] = '\0';
}

static void the_longest_path_is_read_whole(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char path[PATH_SIZE + 1];

	fill(path, '/', PATH_SIZE - 1);
	setenv(VARIABLE, path, 1);
	check_resolved("one", path, "$" VARIABLE);
	unsetenv(VARIABLE);
	REQUIRE(symlink(path, "runtimes/one") == 0);
	check_resolved("one", path, "/proc/self/cwd/runtimes/one");
	fill(path, '/', PATH_SIZE);
	setenv(VARIABLE, path, 1);
	check_unresolved("one", "path of the real runtime: name too long");
	unsetenv(VARIABLE);
}

static void a_handler_that_fits_no_path_is_invalid(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	size_t room = LAUNCH_LINK_SIZE - sizeof(paths_runtimes_dir);
	char name[LAUNCH_LINK_SIZE];

	fill(name, 'x', room - 1);
	check_unresolved(name, "read link '/proc/self/cwd/runtimes/x");
	fill(name, 'x', room);
	check_unresolved(name, "invalid handler name 'x");
}

/* Both checks give the same result; `reason` is NULL for a trusted program. */
static void check_program(const char *path, const char *reason)
{
	struct launch launch = { .handler = "x" };
	char *argv[] = { NULL, NULL };
	struct err err = { 0 };

	snprintf(launch.path, sizeof(launch.path), "%s", path);
	CHECK(launch_check_path(&launch, &err) == (reason ? -1 : 0));
	CHECK_HAS(err.text, reason ? reason : "");
	if (!reason)
		return;
	err = (struct err){ 0 };
	CHECK(launch_exec(&launch, argv, &err) == -1);
	CHECK_HAS(err.text, reason);
}

static void a_runtime_is_a_trusted_program(void)
{
	static const mode_t executable[] = { 0700, 0610, 0601 };
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char *path CLEANUP_FREE = tempdir_path(&dir, "program");

	check_program(path, "real runtime '/");
	check_program(path, "program': is missing");
	REQUIRE(tempdir_write_str(&dir, "program", "#!/bin/false\n"));
	check_program(path, "program' is not executable");
	for (size_t i = 0; i < ARRAY_LEN(executable); i++) {
		REQUIRE(chmod(path, executable[i]) == 0);
		check_program(path, NULL);
	}
	REQUIRE(chmod(path, 0775) == 0);
	check_program(path, "real runtime: '/");
	check_program(path, "program' is writable by others");
	check_program(dir.path, "is not a regular file");
}

static void a_runtime_is_never_this_program(void)
{
	char path[PATH_SIZE] = "";

	REQUIRE(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	check_program(path, "is capruntime itself");
	check_program("/proc/self/exe", "is capruntime itself");
}

/* Its path is known without /proc, too. */
static void hide_and_check(const struct tempdir *dir)
{
	char *own CLEANUP_FREE =
		realpath((const char *)getauxval(AT_EXECFN), NULL);

	(void)dir;
	REQUIRE(own && mount("tmpfs", "/proc", "tmpfs", 0, NULL) == 0);
	check_program(own, "is capruntime itself");
}

static void without_proc_a_runtime_is_never_this_program(void)
{
	with_own_mounts(NULL, hide_and_check);
}

static void check_path(const char *link, const char *path, const char *reason)
{
	struct launch launch = { .handler = "one" };
	struct err err = { 0 };

	snprintf(launch.link, sizeof(launch.link), "%s", link);
	snprintf(launch.path, sizeof(launch.path), "%s", path);
	CHECK(launch_check_path(&launch, &err) == (reason ? -1 : 0));
	CHECK_HAS(err.text, reason ? reason : "");
}

static void directories_above_link_and_runtime_are_checked(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char *link CLEANUP_FREE = tempdir_path(&dir, "runtimes/one");
	char *path CLEANUP_FREE = tempdir_path(&dir, "bin/program");

	REQUIRE(mkdir("bin", 0700) == 0 &&
		tempdir_write_str(&dir, "bin/program", "#!/bin/false\n") &&
		chmod(path, 0755) == 0 && symlink(path, link) == 0);
	check_path("", path, NULL);
	check_path(link, path, NULL);
	REQUIRE(chmod("runtimes", 0777) == 0);
	check_path("", path, NULL);
	check_path(link, path, "/runtimes' is writable by others");
	check_path(link, path, "real runtime '/");
	REQUIRE(chmod("runtimes", 0755) == 0 && chmod("bin", 0777) == 0);
	check_path("", path, "/bin' is writable by others");
	check_path(link, path, "/bin' is writable by others");
}

/* The exit status of `command`, run by a shell that launch_exec() executes. */
static int shell_status(const char *shell, const char *command)
{
	char name[] = "capruntime", option[] = "-c";
	char *words CLEANUP_FREE = strdup(command);
	char *argv[] = { name, option, words, NULL };
	struct launch launch = { .handler = "one" };
	struct err ignored;
	int status = -1;
	pid_t child;

	snprintf(launch.path, sizeof(launch.path), "%s", shell);
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(launch_exec(&launch, argv, &ignored) == -1 ? 100 : 101);
	return waitpid(child, &status, 0) == child && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : -1;
}

static void the_runtime_gets_its_path_and_the_other_words(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	CHECK(shell_status("/bin/sh", "test \"$0\" = /bin/sh && exit 7") == 7);
	REQUIRE(tempdir_write_str(&dir, "text", "no program") &&
		chmod("text", 0755) == 0);
	CHECK(shell_status("/proc/self/cwd/text", "exit 7") == 100);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_link_of_the_handler_names_the_runtime),
	TAP_TEST(a_link_must_be_a_link_to_an_absolute_path),
	TAP_TEST(only_the_default_handler_needs_no_link),
	TAP_TEST(the_variable_takes_precedence),
	TAP_TEST(the_longest_path_is_read_whole),
	TAP_TEST(a_handler_that_fits_no_path_is_invalid),
	TAP_TEST(a_runtime_is_a_trusted_program),
	TAP_TEST(a_runtime_is_never_this_program),
	TAP_TEST(without_proc_a_runtime_is_never_this_program),
	TAP_TEST(directories_above_link_and_runtime_are_checked),
	TAP_TEST(the_runtime_gets_its_path_and_the_other_words),
};

TAP_MAIN(tests)
