/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/starter.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "tempdir.h"

#define PARSE(text, bundle)                                                    \
	starter_parse_conmon(text "", sizeof(text), bundle, STARTER_RUNTIME)
#define NAME(text, bundle)                                                     \
	starter_parse_conmon(text "", sizeof(text), bundle, STARTER_NAME)

static void conmons_command_line_names_the_runtime(void)
{
	CHECK_STR(PARSE("/usr/bin/conmon\0-b\0/b\0-c\0x\0-r\0/usr/bin/crun\0"
			"--runtime-arg\0--root=/r",
			"/b"),
		  "/usr/bin/crun");
	CHECK_STR(PARSE("conmon\0--bundle=/b\0--runtime=/bin/capruntime", "/b"),
		  "/bin/capruntime");
	CHECK_STR(PARSE("conmon\0--runtime\0runc\0--bundle\0/b", "/b"), "runc");
}

static void another_command_line_names_none(void)
{
	CHECK_STR(PARSE("conmon\0-b\0/b\0-r\0runc", "/c"), NULL);
	CHECK_STR(PARSE("conmon\0-b\0/b\0-r\0runc\0-b\0/c", "/b"), NULL);
	CHECK_STR(PARSE("sh\0-b\0/b\0-r\0runc", "/b"), NULL);
	CHECK_STR(PARSE("conmon\0-r\0runc", "/b"), NULL);
	CHECK_STR(PARSE("conmon\0-b\0/b\0-r", "/b"), NULL);
	CHECK_STR(PARSE("conmon\0-b\0/b\0--runtime-arg\0runc", "/b"), NULL);
	CHECK_STR(PARSE("", "/b"), NULL);
	CHECK_STR(starter_parse_conmon("", 0, "/b", STARTER_RUNTIME), NULL);
	CHECK_STR(starter_parse_conmon("conmon", 6, "/b", STARTER_RUNTIME),
		  NULL);
}

static void conmons_command_line_names_the_container(void)
{
	CHECK_STR(NAME("conmon\0-b\0/b\0-r\0crun\0-n\0web\0-l\0x", "/b"),
		  "web");
	CHECK_STR(NAME("conmon\0--bundle=/b\0--name=web", "/b"), "web");
	CHECK_STR(NAME("conmon\0-b\0/b\0-r\0crun", "/b"), NULL);
	CHECK_STR(NAME("conmon\0-b\0/c\0-n\0web", "/b"), NULL);
	CHECK_STR(NAME("sleep\0-b\0/b\0-n\0web", "/b"), NULL);
}

#define PODMAN                                                                 \
	"conmon\0-b\0/b\0-r\0crun\0-n\0web\0--log-tag\0--runtime\0"            \
	"--exit-command-arg\0--runtime\0--exit-command-arg\0/opt/other\0"      \
	"--exit-command-arg\0-n\0--exit-command-arg\0-b\0"                     \
	"--runtime-arg\0--name\0--runtime-opt\0-r\0--restore-arg\0-n"

/* podman repeats its own options for the clean-up. */
static void options_of_other_programs_do_not_count(void)
{
	CHECK_STR(PARSE(PODMAN, "/b"), "crun");
	CHECK_STR(NAME(PODMAN, "/b"), "web");
}

#define POD(text) starter_parse_conmonrs(text "", sizeof(text))

static void conmon_rs_names_the_runtime_of_its_pod(void)
{
	CHECK_STR(POD("/usr/libexec/crio/conmonrs\0--runtime\0/bin/capruntime\0"
		      "--runtime-dir\0/d\0--runtime-root\0/r"),
		  "/bin/capruntime");
	CHECK_STR(POD("conmonrs\0--runtime-dir\0/d\0--runtime=/bin/crun"),
		  "/bin/crun");
	CHECK_STR(POD("conmonrs\0-r\0runc"), "runc");
	CHECK_STR(POD("conmonrs\0--runtime-dir\0/d"), NULL);
	CHECK_STR(POD("conmonrs\0--runtime"), NULL);
	CHECK_STR(POD("conmon\0--runtime\0runc"), NULL);
	CHECK_STR(POD("conmonrs2\0--runtime\0runc"), NULL);
	CHECK_STR(starter_parse_conmonrs("", 0), NULL);
	CHECK_STR(starter_parse_conmonrs("conmonrs", 8), NULL);
}

static void check_found(const struct tempdir *dir, const char *want)
{
	char *bundle CLEANUP_FREE = tempdir_path(dir, "b");
	char *runtime CLEANUP_FREE = starter_find(bundle, 0);

	CHECK_STR(runtime, want);
}

static void containerds_file_names_the_runtime(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(mkdirat(dir.fd, "b", 0700) == 0);
	check_found(&dir, NULL);
	REQUIRE(tempdir_write_str(&dir, "b/runtime", ""));
	check_found(&dir, "runc");
	REQUIRE(tempdir_write_str(&dir, "b/runtime", "/usr/sbin/runc\n"));
	check_found(&dir, "/usr/sbin/runc");
	REQUIRE(tempdir_write_str(&dir, "b/pidfile", "1"));
	check_found(&dir, "/usr/sbin/runc");
	REQUIRE(tempdir_write(&dir, "b/runtime", "runc\0x", 6));
	check_found(&dir, NULL);
}

static void a_pidfile_of_another_program_names_none(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(mkdirat(dir.fd, "b", 0700) == 0);
	REQUIRE(tempdir_write_str(&dir, "b/pidfile", "1"));
	check_found(&dir, NULL);
	REQUIRE(tempdir_write_str(&dir, "b/pidfile", "99999999999999"));
	check_found(&dir, NULL);
	REQUIRE(tempdir_write_str(&dir, "b/pidfile", "x"));
	check_found(&dir, NULL);
}

/* A process of that name, and its child; they end with kill(2). */
static void start_monitor(const char *name, pid_t *ret_monitor,
			  pid_t *ret_child)
{
	char text[32] = { 0 };
	int ends[2];

	REQUIRE(pipe(ends) == 0);
	*ret_monitor = fork();
	REQUIRE(*ret_monitor >= 0);
	if (*ret_monitor == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl("/bin/sh", name, "-c",
		      "sleep 1000 >/dev/null & echo $!; wait", "sh", "-b", "/b",
		      "--runtime", "/bin/capruntime-crun", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	REQUIRE(read(ends[0], text, sizeof(text) - 1) > 0);
	close(ends[0]);
	*ret_child = (pid_t)strtol(text, NULL, 10);
}

static void check_started(const char *monitor, const char *of_child,
			  const char *of_file)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *bundle CLEANUP_FREE = tempdir_path(&dir, "b");
	char *runtime CLEANUP_FREE = NULL, *name CLEANUP_FREE = NULL;
	char text[32];
	pid_t parent = 0, child = 0;

	start_monitor(monitor, &parent, &child);
	REQUIRE(parent > 0 && child > 0);
	snprintf(text, sizeof(text), "%d", child);
	REQUIRE(mkdirat(dir.fd, "b", 0700) == 0);
	REQUIRE(tempdir_write_str(&dir, "b/pidfile", text));
	runtime = starter_find(bundle, child);
	CHECK_STR(runtime, of_child);
	name = starter_find_name(bundle, child);
	CHECK_STR(name, NULL);
	check_found(&dir, of_file);
	kill(child, SIGKILL);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
}

/* A pidfile can be of an earlier process: that of another pod has this PID now. */
static void conmon_rs_counts_for_a_child_that_lives(void)
{
	check_started("/usr/libexec/crio/conmonrs", "/bin/capruntime-crun",
		      NULL);
	check_started("/usr/bin/conmon", NULL, NULL); /* of another bundle */
	check_started("/usr/bin/conmonrs-x", NULL, NULL);
}

static void handlers_of_capruntime_have_its_name(void)
{
	CHECK(starter_is_capruntime("/nowhere/capruntime"));
	CHECK(starter_is_capruntime("capruntime-crun"));
	CHECK(!starter_is_capruntime("/nowhere/runc"));
	CHECK(!starter_is_capruntime("/nowhere/capruntimes"));
	CHECK(!starter_is_capruntime(""));
}

static const struct tap_test tests[] = {
	TAP_TEST(conmons_command_line_names_the_runtime),
	TAP_TEST(another_command_line_names_none),
	TAP_TEST(conmons_command_line_names_the_container),
	TAP_TEST(options_of_other_programs_do_not_count),
	TAP_TEST(conmon_rs_names_the_runtime_of_its_pod),
	TAP_TEST(conmon_rs_counts_for_a_child_that_lives),
	TAP_TEST(containerds_file_names_the_runtime),
	TAP_TEST(a_pidfile_of_another_program_names_none),
	TAP_TEST(handlers_of_capruntime_have_its_name),
};

TAP_MAIN(tests)
