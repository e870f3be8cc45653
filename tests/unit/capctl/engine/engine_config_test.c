/* SPDX-License-Identifier: Apache-2.0 */
/* Which settings are used. Findings: tests/cli/capctl_doctor.bats. */
#include "config.h"

#include "capctl/engine/engine_config.h"

#include <sys/capability.h>

#include "capctl/engine/crio.h"
#include "containerd_texts.h"
#include "engine_reading.h"
#include "tap.h"

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

#define CHOWN_KILL (UINT64_C(1) << CAP_CHOWN | UINT64_C(1) << CAP_KILL)

static void crios_last_list_of_capabilities_counts(void)
{
	struct reading none CLEANUP_READING = READ(ENGINE_CRIO, "");
	struct reading some CLEANUP_READING = READ(
		ENGINE_CRIO,
		"[crio.runtime]\ndefault_capabilities = [\"NET_RAW\"]\n"
		"add_inheritable_capabilities = true\n",
		"[crio.runtime]\ndefault_capabilities = [\"CAP_CHOWN\", \"kill\", \"x\", 1]\n",
		"[crio]\n");
	struct reading empty CLEANUP_READING = READ(
		ENGINE_CRIO, "[crio.runtime]\ndefault_capabilities = []\n");
	bool inheritable;

	CHECK_U64(engine_crio_defaults(&some.config, &inheritable), CHOWN_KILL);
	CHECK(inheritable);
	CHECK_U64(engine_crio_defaults(&none.config, &inheritable), 0x5fb);
	CHECK(!inheritable);
	CHECK_U64(engine_crio_defaults(&empty.config, &inheritable), 0);
}

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

#define JSON_LIST(list) "[engine]\nruntime_supports_json = [" list "]\n"

static void check_podman_lists(size_t findings, const char *first,
			       const char *second, const char *third)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_PODMAN,
		     "[engine.runtimes]\ncapruntime = [\"" OURS "\"]\n", first,
		     second, third);

	check_findings(&reading, findings);
}

/* As podman 5.4.2 and 5.8.6 do. */
static void podmans_list_is_appended_until_a_file_says_otherwise(void)
{
	static const char ours[] = JSON_LIST("\"capruntime\"");
	static const char other[] = JSON_LIST("\"crun\"");
	static const char append[] = JSON_LIST("\"crun\", {append = true}");

	check_podman_lists(1, ours, other, NULL);
	check_podman_lists(0, ours, append, NULL);
	check_podman_lists(0, ours, append, other);
	check_podman_lists(1, ours, other, append);
	check_podman_lists(0, JSON_LIST("{append = true}, \"capruntime\""),
			   other, NULL);
	check_podman_lists(1, append, ours,
			   JSON_LIST("\"crun\", {append = false}"));
	check_podman_lists(1, append, other, NULL);
}

#define DOCKER(name, rest) "{\"runtimes\":{\"" name "\":{" rest "}}}"

static void dockers_runtime_has_a_path_or_a_shims_options(void)
{
	struct reading reading CLEANUP_READING = READ(
		ENGINE_DOCKER,
		"{\"runtimes\": {\"runc\": {\"path\": \"/usr/bin/runc\"},\n"
		"\"capruntime\": {\"path\": \"\\u002fusr/bin/capruntime\"},\n"
		"\"shim\": {\"runtimeType\": \"io.containerd.runc.v2\",\n"
		"\"options\": {\"BinaryName\": \"/opt/capruntime-crun\"}}}}");

	CHECK_U64(reading.config.handlers_count, 2);
	check_handler(&reading, 0, "capruntime", OURS, "0");
	check_handler(&reading, 1, "shim", "/opt/capruntime-crun", "0");
	check_findings(&reading, 0);
}

static void dockers_last_member_with_a_key_counts(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_DOCKER,
		     DOCKER("x", "\"path\":\"" OURS "\",\"path\":\"/a\"") " ");

	CHECK_U64(reading.config.handlers_count, 0);
}

static void dockers_default_is_reported(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_DOCKER,
		     "{\"default-runtime\":\"x\",\"runtimes\":{\"x\":{"
		     "\"path\":\"" OURS "\"}}}");
	struct reading other CLEANUP_READING =
		READ(ENGINE_DOCKER, "{\"default-runtime\":\"runc\"}");

	check_findings(&reading, 1);
	check_findings(&other, 0);
}

static void dockers_values_of_another_type_are_none(void)
{
	static const char *const texts[] = {
		"",
		" \n",
		"[]",
		"{\"runtimes\":null,\"default-runtime\":1}",
		"{\"runtimes\":[{\"path\":\"" OURS "\"}]}",
		"{\"runtimes\":{\"x\":\"" OURS "\"}}",
		DOCKER("x", "\"path\":[\"" OURS "\"]"),
		DOCKER("x", "\"options\":\"" OURS "\""),
		DOCKER("x", "\"Path\":\"/a\""),
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct reading reading CLEANUP_READING =
			READ(ENGINE_DOCKER, texts[i]);

		CHECK_U64(reading.config.handlers_count, 0);
		check_findings(&reading, 0);
	}
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
		for (int kind = ENGINE_FIRST; kind < ENGINE_DOCKER; kind++) {
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
	TAP_TEST(crios_last_list_of_capabilities_counts),
	TAP_TEST(crios_default_program_is_a_path_or_its_name),
	TAP_TEST(podmans_last_list_counts),
	TAP_TEST(podmans_list_is_appended_until_a_file_says_otherwise),
	TAP_TEST(dockers_runtime_has_a_path_or_a_shims_options),
	TAP_TEST(dockers_last_member_with_a_key_counts),
	TAP_TEST(dockers_default_is_reported),
	TAP_TEST(dockers_values_of_another_type_are_none),
	TAP_TEST(values_of_another_type_are_none),
};

TAP_MAIN(tests)
