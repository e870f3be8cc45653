/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported of containerd's files, and the handlers that they have. */
#include "config.h"

#include "capctl/engine/containerd_files.h"

#include "containerd_texts.h"
#include "engine_reading.h"
#include "tap.h"

static void no_finding_and_handler_a(const struct reading *reading)
{
	check_findings(reading, 0);
	CHECK_U64(reading->config.handlers_count, 1);
	check_handler(reading, 0, "a", OURS, "0");
	CHECK(reading->config.handlers[0].gets_requests);
}

static void each_version_has_its_table(void)
{
	struct reading two CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS));
	struct reading three CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V3 RUNTIME(T3, "a", OURS));
	struct reading four CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V4 RUNTIME(T3, "a", OURS));

	no_finding_and_handler_a(&two);
	no_finding_and_handler_a(&three);
	no_finding_and_handler_a(&four);
}

/* One finding, with this level, text and remedy. */
static void check_only(const struct reading *reading, enum finding_level level,
		       const char *text, const char *fix)
{
	const struct finding *finding = reading->findings.list;

	check_findings(reading, 1);
	REQUIRE(reading->findings.count == 1);
	CHECK_U64(finding->level, level);
	CHECK_HAS(finding->text, text);
	REQUIRE(finding->fix != NULL);
	CHECK_HAS(finding->fix, fix);
}

#define WRITE_2                                                                \
	"write version = 2, as '0' should have, and plugins.\"io.containerd.grpc.v1.cri\""
#define WRITE_3                                                                \
	"write version = 3, as '0' should have, and plugins.\"io.containerd.cri.v1.runtime\""
#define WRITE_4                                                                \
	"write version = 4, as '0' should have, and plugins.\"io.containerd.cri.v1.runtime\""

static void a_higher_version_in_an_import_is_an_error(void)
{
	struct reading three CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2, V3 RUNTIME(T3, "a", OURS));
	struct reading four CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V3 RUNTIME(T3, "a", OURS), V4);
	struct reading unsaid CLEANUP_READING =
		READ(ENGINE_CONTAINERD, "", V2 RUNTIME(T2, "a", OURS), V3);
	struct reading first CLEANUP_READING =
		READ(ENGINE_CONTAINERD, "", V3 RUNTIME(T3, "a", OURS), V2);

	check_only(
		&three, FINDING_ERROR,
		"'1' has version = 3, but '0' version = 2: containerd 2.3.0 to 2.3.4 does not start, and 2.0 to 2.2 ignores the old tables",
		WRITE_2);
	check_only(
		&four, FINDING_ERROR,
		"'1' has version = 4, but '0' version = 3: containerd 2.3.0 to 2.3.4 does not start, nor does 2.0 to 2.2",
		WRITE_3);
	check_only(&unsaid, FINDING_ERROR,
		   "'2' has version = 3, but '1' version = 2", "as '1'");
	check_findings(&first, 0);
}

static void a_table_that_only_some_releases_use_is_a_warning(void)
{
	struct reading new_in_2 CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T3, "a", OURS));
	struct reading old_in_3 CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V3 RUNTIME(T2, "a", OURS));
	struct reading old_import CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V4, V3 RUNTIME(T2, "a", OURS));
	struct reading unsaid CLEANUP_READING =
		READ(ENGINE_CONTAINERD, RUNTIME(T2, "a", OURS));

	check_only(&new_in_2, FINDING_WARNING,
		   "containerd 1.x ignores that table", WRITE_2);
	check_only(&old_in_3, FINDING_WARNING,
		   "containerd 2.0 to 2.2 ignores that table", WRITE_3);
	check_findings(&old_import, 0);
	check_only(
		&unsaid, FINDING_WARNING,
		"'0' has no version and names capruntime in plugins.\"io.containerd.grpc.v1.cri\": containerd before 2.3 ignores",
		WRITE_2);
	CHECK_U64(new_in_2.config.handlers_count, 1);
	CHECK_U64(old_in_3.config.handlers_count, 1);
	CHECK_U64(old_import.config.handlers_count, 1);
	CHECK_U64(unsaid.config.handlers_count, 1);
}

static void a_table_that_no_release_uses_is_an_error(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V4 RUNTIME(T2, "a", OURS));

	check_only(&reading, FINDING_ERROR, "containerd ignores that table",
		   WRITE_4);
	CHECK_U64(reading.config.handlers_count, 0);
}

static void tables_of_other_programs_are_not_reported(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V3 RUNTIME(T3, "a", OURS),
		     V3 RUNTIME(T2, "b", "/bin/runc"));

	no_finding_and_handler_a(&reading);
}

static void containerd_1_replaces_what_2_merges(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS),
		     V2 RUNTIME(T2, "b", OURS));
	struct reading other CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS),
		     V2 "[debug]\nlevel = \"info\"\n");

	check_only(
		&reading, FINDING_WARNING,
		"under containerd 1.x the import '1' replaces everything that '0' has",
		"into '0' itself");
	CHECK_U64(reading.config.handlers_count, 2);
	check_handler(&reading, 0, "a", OURS, "0");
	check_handler(&reading, 1, "b", OURS, "1");
	no_finding_and_handler_a(&other);
}

static void later_files_change_a_handler(void)
{
	struct reading reading CLEANUP_READING = READ(
		ENGINE_CONTAINERD, V3 RUNTIME(T3, "a", OURS),
		V3 RUNTIME(T3, "b", OURS),
		V3 T3 ".runtimes.a.options]\nBinaryName = \"/bin/runc\"\n");

	CHECK_U64(reading.config.handlers_count, 1);
	check_handler(&reading, 0, "b", OURS, "1");
	check_findings(&reading, 0);
}

static struct reading read_default_import(const char *root, const char *text)
{
	struct reading reading = READ(ENGINE_CONTAINERD, root);
	struct err err;

	CHECK(engine_config_add(&reading.config, "conf.d/a.toml", text,
				strlen(text), &err) == 0);
	reading.config.files[1].by_default = true;
	containerd_files_check(&reading.config, &reading.findings);
	return reading;
}

static void what_no_file_imports_needs_containerd_2_2(void)
{
	struct reading two CLEANUP_READING =
		read_default_import(V2, RUNTIME(T2, "a", OURS));
	struct reading three CLEANUP_READING =
		read_default_import(V3, RUNTIME(T3, "a", OURS));

	check_only(
		&two, FINDING_WARNING,
		"no file imports 'conf.d/a.toml': only containerd 2.2 and later reads it",
		"into '/etc/containerd/config.toml'");
	check_findings(&three, 1);
	REQUIRE(three.findings.count == 1);
	CHECK_U64(three.findings.list[0].level, FINDING_OK);
}

static void the_default_program_is_a_path(void)
{
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 "]\ndefault_runtime_name = \"crun\"\n" RUNTIME(
			      T2, "crun", "/a"));
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD, V2 RUNTIME(T2, "runc", "/a"));
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD, V3 RUNTIME(T3, "runc", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD, V4 RUNTIME(T2, "runc", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD, V2 RUNTIME(T2, "other", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc]\nruntime_type = \"other\"\n" T2
			    ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc]\n"
			    "runtime_type = \"io.containerd.runc.v1\"\n" T2
			    ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc]\nruntime_type = \"\"\n" T2
			    ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
}

static const struct tap_test tests[] = {
	TAP_TEST(each_version_has_its_table),
	TAP_TEST(a_higher_version_in_an_import_is_an_error),
	TAP_TEST(a_table_that_only_some_releases_use_is_a_warning),
	TAP_TEST(a_table_that_no_release_uses_is_an_error),
	TAP_TEST(tables_of_other_programs_are_not_reported),
	TAP_TEST(containerd_1_replaces_what_2_merges),
	TAP_TEST(later_files_change_a_handler),
	TAP_TEST(what_no_file_imports_needs_containerd_2_2),
	TAP_TEST(the_default_program_is_a_path),
};

TAP_MAIN(tests)
