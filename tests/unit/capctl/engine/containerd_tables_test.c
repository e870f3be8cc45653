/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tables count: as `containerd config dump` of 1.7.24 (1.6.20 where that
 * refuses the version), 2.1.9 and 2.3.4 print them.
 */
#include "config.h"

#include "capctl/engine/containerd_tables.h"

#include "containerd_texts.h"
#include "engine_reading.h"
#include "tap.h"

struct dump {
	const char *title;
	const char *root;
	const char *import; /* NULL: none */
	const char *names[CONTAINERD_RELEASES]; /* of the runtimes */
};

static const struct dump dumps[] = {
	{ "one file of version 2",
	  V2 RUNTIME(T2, "a", "/a"),
	  NULL,
	  { "a", "a", "a" } },
	{ "one file of version 3",
	  V3 RUNTIME(T3, "a", "/a"),
	  NULL,
	  { "", "a", "a" } },
	{ "the old table in version 3",
	  V3 RUNTIME(T2, "a", "/a"),
	  NULL,
	  { "a", "", "a" } },
	{ "the old table in version 4",
	  V4 RUNTIME(T2, "a", "/a"),
	  NULL,
	  { "a", "", "" } },
	{ "the new table in version 2",
	  V2 RUNTIME(T3, "a", "/a"),
	  NULL,
	  { "", "a", "a" } },
	{ "both tables in version 2",
	  V2 RUNTIME(T2, "a", "/a") RUNTIME(T3, "b", "/b"),
	  NULL,
	  { "a", "b", "b" } },
	{ "no version", RUNTIME(T2, "a", "/a"), NULL, { "", "", "a" } },
	{ "version 1",
	  "version = 1\n" RUNTIME(T2, "a", "/a"),
	  NULL,
	  { "", "", "a" } },
	{ "two files of version 2",
	  V2 RUNTIME(T2, "a", "/a"),
	  V2 RUNTIME(T2, "b", "/b"),
	  { "b", "ab", "ab" } },
	{ "an import without the plugin",
	  V2 RUNTIME(T2, "a", "/a"),
	  V2 "[debug]\nlevel = \"info\"\n",
	  { "a", "a", "a" } },
	{ "an import with another table of the plugin",
	  V2 RUNTIME(T2, "a", "/a"),
	  V2 "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n",
	  { "", "a", "a" } },
	{ "an import of version 3 below version 2",
	  V2 RUNTIME(T2, "a", "/a"),
	  V3 RUNTIME(T3, "b", "/b"),
	  { "a", "b", "ab" } },
	{ "an import of version 2 below version 3",
	  V3 RUNTIME(T3, "a", "/a"),
	  V2 RUNTIME(T2, "b", "/b"),
	  { "b", "a", "ab" } },
	{ "the same, with the old table alone",
	  V3,
	  V2 RUNTIME(T2, "b", "/b"),
	  { "b", "b", "b" } },
	{ "no version above version 2",
	  RUNTIME(T2, "a", "/a"),
	  V2 RUNTIME(T2, "b", "/b"),
	  { "b", "ab", "ab" } },
	{ "an import without a version",
	  V2 RUNTIME(T2, "a", "/a"),
	  RUNTIME(T2, "b", "/b"),
	  { "b", "ab", "ab" } },
	{ "the same below version 3",
	  V3 RUNTIME(T3, "a", "/a"),
	  RUNTIME(T2, "b", "/b"),
	  { "b", "a", "ab" } },
	{ "the new table in an import of version 2",
	  V2,
	  V2 RUNTIME(T3, "b", "/b"),
	  { "", "b", "b" } },
	{ "the old table in an import of version 3",
	  V3,
	  V3 RUNTIME(T2, "b", "/b"),
	  { "b", "", "b" } },
};

static bool has_runtime(const struct engine_config *config,
			enum containerd_release release, char name)
{
	const char text[] = { name, '\0' };
	const char *file;

	return containerd_tables_find(config, release, text, "options",
				      "BinaryName", &file) != NULL;
}

static void check_dump(const struct dump *dump)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, dump->root, dump->import);

	for (int i = 0; i < CONTAINERD_RELEASES; i++) {
		char names[3] = "", *at = names;

		for (char name = 'a'; name <= 'b'; name++)
			if (has_runtime(&reading.config,
					(enum containerd_release)i, name))
				*at++ = name;
		*at = '\0';
		if (!CHECK_STR(names, dump->names[i]))
			printf("# %s, release %d\n", dump->title, i);
	}
}

static void each_release_has_the_runtimes_that_it_dumps(void)
{
	for (size_t i = 0; i < ARRAY_LEN(dumps); i++)
		check_dump(&dumps[i]);
}

static void the_last_file_that_has_a_key_counts(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", "/old"),
		     V2 T2 ".runtimes.a.options]\nBinaryName = \"/new\"\n");
	const char *file = NULL;

	CHECK_STR(toml_string(containerd_tables_find(
			  &reading.config, CONTAINERD_2_3, "a", "options",
			  "BinaryName", &file)),
		  "/new");
	CHECK_STR(file, "1");
	CHECK_STR(toml_string(containerd_tables_find(
			  &reading.config, CONTAINERD_2_3, "a", "runtime_type",
			  NULL, &file)),
		  "io.containerd.runc.v2");
	CHECK_STR(file, "0");
	CHECK(!containerd_tables_find(&reading.config, CONTAINERD_1, "a",
				      "runtime_type", NULL, &file));
}

static void the_root_files_version_says_which_releases_start(void)
{
	static const struct {
		const char *root, *import;
		bool starts[CONTAINERD_RELEASES];
	} cases[] = {
		{ "", NULL, { true, true, true } },
		{ V2, NULL, { true, true, true } },
		{ V3, NULL, { false, true, true } },
		{ V4, NULL, { false, false, true } },
		{ V3, V2, { false, true, true } },
		{ "", V3, { false, true, true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading reading CLEANUP_READING =
			READ(ENGINE_CONTAINERD, cases[i].root, cases[i].import);

		for (int k = 0; k < CONTAINERD_RELEASES; k++)
			CHECK(containerd_tables_can_be(
				      &reading.config,
				      (enum containerd_release)k) ==
			      cases[i].starts[k]);
	}
}

static void containerd_1_does_not_read_what_no_file_names(void)
{
	struct reading reading CLEANUP_READING =
		READ(ENGINE_CONTAINERD, V2 RUNTIME(T2, "a", "/a"),
		     V2 RUNTIME(T2, "b", "/b"));
	struct reading without_version CLEANUP_READING =
		READ(ENGINE_CONTAINERD, RUNTIME(T2, "a", "/a"),
		     V2 RUNTIME(T2, "b", "/b"));

	without_version.config.files[1].by_default = true;
	CHECK(!has_runtime(&without_version.config, CONTAINERD_1, 'a'));
	reading.config.files[1].by_default = true;
	CHECK(has_runtime(&reading.config, CONTAINERD_1, 'a'));
	CHECK(!has_runtime(&reading.config, CONTAINERD_1, 'b'));
	CHECK(has_runtime(&reading.config, CONTAINERD_2_3, 'b'));
}

static const struct tap_test tests[] = {
	TAP_TEST(each_release_has_the_runtimes_that_it_dumps),
	TAP_TEST(the_last_file_that_has_a_key_counts),
	TAP_TEST(the_root_files_version_says_which_releases_start),
	TAP_TEST(containerd_1_does_not_read_what_no_file_names),
};

TAP_MAIN(tests)
