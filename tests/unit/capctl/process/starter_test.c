/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/starter.h"

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
	"--runtime-arg\0--name\0--runtime-opt\0-r"

/* podman repeats its own options for the clean-up. */
static void options_of_other_programs_do_not_count(void)
{
	CHECK_STR(PARSE(PODMAN, "/b"), "crun");
	CHECK_STR(NAME(PODMAN, "/b"), "web");
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
	TAP_TEST(containerds_file_names_the_runtime),
	TAP_TEST(a_pidfile_of_another_program_names_none),
	TAP_TEST(handlers_of_capruntime_have_its_name),
};

TAP_MAIN(tests)
