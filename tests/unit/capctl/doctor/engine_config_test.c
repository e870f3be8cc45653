/* SPDX-License-Identifier: Apache-2.0 */
/* Which settings are used. Findings: tests/cli/capctl_doctor.bats. */
#include "config.h"

#include "capctl/doctor/engine_config.h"

#include "capctl/doctor/engines.h"
#include "tap.h"

#define OURS "/usr/bin/capruntime"
#define FILES_MAX 4

static bool names_us(const void *context, const char *path)
{
	(void)context;
	return strstr(path, "capruntime") != NULL;
}

struct reading {
	struct engine_config config;
	struct findings findings;
};

#define CLEANUP_READING __attribute__((cleanup(reading_free)))

static void reading_free(struct reading *reading)
{
	engine_config_free(&reading->config);
	findings_free(&reading->findings);
}

/* Files "0", "1" … with these texts. */
static struct reading read_files(enum engine kind,
				 const char *const texts[FILES_MAX])
{
	struct reading reading = { .config = { .kind = kind,
					       .is_capruntime = names_us } };
	struct err err = { 0 };

	for (int i = 0; i < FILES_MAX && texts[i]; i++) {
		const char name[] = { (char)('0' + i), '\0' };

		CHECK(engine_config_add(&reading.config, name, texts[i],
					strlen(texts[i]), &err) == 0);
	}
	CHECK(engine_check(&reading.config, &reading.findings, &err) == 0);
	CHECK_STR(err.text, "");
	return reading;
}

#define READ(kind, ...)                                                        \
	read_files(kind, (const char *const[FILES_MAX]){ __VA_ARGS__ })

static void check_handler(const struct reading *reading, size_t index,
			  const char *name, const char *path, const char *file)
{
	const struct engine_config *config = &reading->config;

	REQUIRE(index < config->handlers_count);
	CHECK_STR(config->handlers[index].name, name);
	CHECK_STR(config->handlers[index].path, path);
	CHECK_STR(config->handlers[index].file, file);
}

static void check_findings(const struct reading *reading, size_t count)
{
	CHECK_U64(reading->findings.count, count);
	for (size_t i = 0; i < reading->findings.count; i++)
		if (reading->findings.count != count)
			printf("# %s\n", reading->findings.list[i].text);
}

static void a_file_that_is_no_toml_is_refused_by_place(void)
{
	struct engine_config config CLEANUP_ENGINE = { .kind = ENGINE_CRIO };
	struct err err;

	CHECK(engine_config_add(&config, "name", "a = ", 4, &err) == -1);
	CHECK_HAS(err.text, "'name':1:");
	CHECK_U64(config.files_count, 0);
}

#define CRIO(name, rest) "[crio.runtime.runtimes." name "]\n" rest "\n"
#define CRIO_PATH "runtime_path = \"" OURS "\"\n"

static void no_file_is_no_handler(void)
{
	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++) {
		struct reading reading CLEANUP_READING =
			READ((enum engine)kind, NULL);

		CHECK_U64(reading.config.handlers_count, 0);
		check_findings(&reading, 0);
	}
}

static void crio_has_the_handlers_of_all_files(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CRIO, CRIO("runc", "runtime_path = \"/bin/runc\""),
		     CRIO("capruntime", CRIO_PATH),
		     CRIO("second", "runtime_path = \"/opt/capruntime-crun\""));

	CHECK_U64(reading.config.handlers_count, 2);
	check_handler(&reading, 0, "capruntime", OURS, "1");
	check_handler(&reading, 1, "second", "/opt/capruntime-crun", "2");
	check_findings(&reading, 0);
	CHECK(reading.config.handlers[0].gets_requests);
}

static void crios_later_table_replaces_the_earlier(void)
{
	struct reading away CLEANUP_READING =
		READ(ENGINE_CRIO, CRIO("x", CRIO_PATH),
		     CRIO("x", "runtime_path = \"/bin/runc\""));
	struct reading there CLEANUP_READING =
		READ(ENGINE_CRIO,
		     CRIO("x", "runtime_path = \"/bin/runc\"\n"
			       "inherit_default_runtime = true"),
		     CRIO("x", CRIO_PATH));

	CHECK_U64(away.config.handlers_count, 0);
	check_handler(&there, 0, "x", OURS, "1");
	check_findings(&there, 0);
}

static void crios_default_is_the_last_word(void)
{
	static const char ours[] =
		"[crio.runtime]\ndefault_runtime = \"capruntime\"\n";
	struct reading bad CLEANUP_READING =
		READ(ENGINE_CRIO, CRIO("capruntime", CRIO_PATH), ours);
	struct reading good CLEANUP_READING =
		READ(ENGINE_CRIO, CRIO("capruntime", CRIO_PATH), ours,
		     "[crio.runtime]\ndefault_runtime = \"crun\"\n");
	struct reading unsaid CLEANUP_READING =
		READ(ENGINE_CRIO, CRIO("runc", CRIO_PATH));

	check_findings(&bad, 1);
	check_findings(&good, 0);
	check_findings(&unsaid, 1);
}

#define V2 "version = 2\n"
#define V3 "version = 3\n"
#define T2 "[plugins.\"io.containerd.grpc.v1.cri\".containerd"
#define T3 "[plugins.\"io.containerd.cri.v1.runtime\".containerd"
#define RUNTIME(table, name, path)                                             \
	table ".runtimes." name                                                \
	      "]\nruntime_type = \"io.containerd.runc.v2\"\n"                  \
	      "pod_annotations = [\"capruntime.io/*\"]\n" table                \
	      ".runtimes." name ".options]\nBinaryName = \"" path "\"\n"

static void containerd_has_a_table_for_each_version(void)
{
	struct reading two CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS));
	struct reading three CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V3 RUNTIME(T3, "b", OURS));

	check_handler(&two, 0, "a", OURS, "0");
	check_findings(&two, 0);
	CHECK(two.config.handlers[0].gets_requests);
	check_handler(&three, 0, "b", OURS, "0");
	check_findings(&three, 0);
}

static void up_to_version_2_an_import_voids_the_table(void)
{
	struct reading void_ CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS),
		     V2 RUNTIME(T2, "b", OURS));
	struct reading other CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", OURS),
		     V2 "[debug]\nlevel = \"info\"\n");

	CHECK_U64(void_.config.handlers_count, 1);
	check_handler(&void_, 0, "b", OURS, "1");
	check_findings(&void_, 1);
	check_handler(&other, 0, "a", OURS, "0");
	check_findings(&other, 0);
}

static void from_version_3_on_tables_are_merged(void)
{
	struct reading reading CLEANUP_READING = READ(
		ENGINE_CONTAINERD, V3 RUNTIME(T3, "a", OURS),
		V3 RUNTIME(T3, "b", OURS),
		V3 T3 ".runtimes.a.options]\nBinaryName = \"/bin/runc\"\n");

	CHECK_U64(reading.config.handlers_count, 1);
	check_handler(&reading, 0, "b", OURS, "1");
	check_findings(&reading, 0);
}

/* Reads the files, and compares engine_default_program(). */
#define CHECK_PROGRAM(expected, kind, ...)                                     \
	do {                                                                   \
		struct reading one CLEANUP_READING = READ(kind, __VA_ARGS__);  \
                                                                               \
		CHECK_STR(engine_default_program(&one.config), expected);      \
	} while (0)

#define CRIO_DEFAULT "[crio.runtime]\ndefault_runtime = \"x\"\n"

static void crios_default_program_is_a_path_or_its_name(void)
{
	CHECK_PROGRAM(NULL, ENGINE_CRIO, CRIO("x", CRIO_PATH));
	CHECK_PROGRAM("x", ENGINE_CRIO, CRIO_DEFAULT);
	CHECK_PROGRAM("x", ENGINE_CRIO,
		      CRIO_DEFAULT CRIO("x", "runtime_path = \"\""));
	CHECK_PROGRAM(
		"/b", ENGINE_CRIO,
		CRIO_DEFAULT CRIO("x", "runtime_path = \"/a\""),
		CRIO("x", "runtime_path = \"/b\"\nruntime_type = \"oci\""));
	CHECK_PROGRAM(
		NULL, ENGINE_CRIO,
		CRIO_DEFAULT CRIO("x", CRIO_PATH "runtime_type = \"vm\""));
	CHECK_PROGRAM("/a", ENGINE_CRIO,
		      CRIO_DEFAULT CRIO("x", "runtime_path = \"/a\"\n"
					     "runtime_type = \"\""));
}

static void containerds_default_program_is_a_path(void)
{
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 "]\ndefault_runtime_name = \"crun\"\n" RUNTIME(
			      T2, "crun", "/a"));
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD, V2 RUNTIME(T2, "runc", "/a"));
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD, V3 RUNTIME(T3, "runc", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD, V3 RUNTIME(T2, "runc", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD, V2 RUNTIME(T2, "other", "/a"));
	CHECK_PROGRAM(NULL, ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc]\nruntime_type = \"other\"\n" T2
			    ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
	CHECK_PROGRAM("/a", ENGINE_CONTAINERD,
		      V2 T2 ".runtimes.runc.options]\nBinaryName = \"/a\"\n");
}

static void podmans_last_list_counts(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_PODMAN,
		     "[engine]\nruntime_supports_json = [\"crun\"]\n"
		     "[engine.runtimes]\ncapruntime = [\"/none\"]\n",
		     "[engine]\nruntime_supports_json = [\"capruntime\"]\n"
		     "[engine.runtimes]\ncapruntime = [\"" OURS "\"]\n");

	CHECK_U64(reading.config.handlers_count, 1);
	check_handler(&reading, 0, "capruntime", OURS, "1");
	check_findings(&reading, 0);
}

/* Tables instead of strings, and strings instead of tables. */
static void values_of_another_type_are_none(void)
{
	static const char *const texts[] = {
		"crio = 1",
		"[crio]\nruntime = []",
		"[crio.runtime]\nruntimes = \"x\"\ndefault_runtime = 1",
		"[crio.runtime.runtimes]\nx = \"" OURS "\"",
		CRIO("x", "runtime_path = [\"" OURS "\"]"),
		"version = \"2\"\nplugins = []\nimports = 1",
		V2 "[plugins]\n\"io.containerd.grpc.v1.cri\" = 1",
		V2 T2 ".runtimes]\nx = 1",
		V2 T2 ".runtimes.x]\noptions = \"" OURS "\"",
		V2 "disabled_plugins = \"cri\"",
		"engine = 1",
		"[engine]\nruntimes = [1]",
		"[engine.runtimes]\nx = \"" OURS "\"",
		"[engine.runtimes]\nx = [1, {}]",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++) {
			struct reading reading CLEANUP_READING =
				READ((enum engine)kind, texts[i]);

			CHECK_U64(reading.config.handlers_count, 0);
			check_findings(&reading, 0);
		}
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_file_that_is_no_toml_is_refused_by_place),
	TAP_TEST(no_file_is_no_handler),
	TAP_TEST(crio_has_the_handlers_of_all_files),
	TAP_TEST(crios_later_table_replaces_the_earlier),
	TAP_TEST(crios_default_is_the_last_word),
	TAP_TEST(containerd_has_a_table_for_each_version),
	TAP_TEST(up_to_version_2_an_import_voids_the_table),
	TAP_TEST(from_version_3_on_tables_are_merged),
	TAP_TEST(crios_default_program_is_a_path_or_its_name),
	TAP_TEST(containerds_default_program_is_a_path),
	TAP_TEST(podmans_last_list_counts),
	TAP_TEST(values_of_another_type_are_none),
};

TAP_MAIN(tests)
