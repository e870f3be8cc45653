/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/containerd_files.h"

#include <stdio.h>

#include "capctl/engine/containerd_tables.h"

#define TOPIC "containerd"

#define BIT(release) (1U << (release))

/* Which version and table a handler needs beside this root file. */
static void fix_table(const struct engine_file *root, struct findings *findings)
{
	long long version = containerd_tables_version(root);
	enum containerd_table table = version >= CONTAINERD_NEW_VERSION
					      ? CONTAINERD_NEW
					      : CONTAINERD_OLD;

	if (version < CONTAINERD_OLD_VERSION)
		version = CONTAINERD_OLD_VERSION;
	findings_fix(
		findings,
		"write version = %lld, as '%s' should have, and plugins.\"%s\"",
		version, root->name, containerd_tables_plugin(table));
}

/* 2.0 to 2.2 migrates all files by the last version, and refuses version 4. */
static const char *high_version_elsewhere(int64_t version, int64_t limit)
{
	if (version < CONTAINERD_NEW_VERSION)
		return "";
	return limit < CONTAINERD_NEW_VERSION
		       ? ", and 2.0 to 2.2 ignores the old tables of all files"
		       : ", nor does 2.0 to 2.2";
}

static void report_high_version(const struct engine_file *file,
				const struct engine_file *root,
				struct findings *findings)
{
	long long version = containerd_tables_version(file);
	long long limit = containerd_tables_version(root);

	findings_add(
		findings, FINDING_ERROR, TOPIC,
		"'%s' has version = %lld, but '%s' version = %lld: containerd 2.3.0 to 2.3.4 does not start%s",
		file->name, version, root->name, limit,
		high_version_elsewhere(version, limit));
	fix_table(root, findings);
}

/* An import's version must not be higher than that of the root file. */
static bool check_versions(const struct engine_config *config,
			   struct findings *findings)
{
	const struct engine_file *root = containerd_tables_root(config);
	bool fit = true;

	for (size_t i = 0; i < config->files_count; i++) {
		const struct engine_file *file = &config->files[i];

		if (containerd_tables_version(file) <=
		    containerd_tables_version(root))
			continue;
		report_high_version(file, root, findings);
		fit = false;
	}
	return fit;
}

static bool names_capruntime(const struct engine_config *config,
			     const struct toml_value *runtimes)
{
	for (size_t k = 0; k < toml_count(runtimes); k++) {
		const char *name, *path;

		path = toml_string(toml_find(toml_member(runtimes, k, &name),
					     "options", "BinaryName",
					     (char *)NULL));
		if (path && engine_config_is_capruntime(config, path))
			return true;
	}
	return false;
}

/* check_replaced() and check_default_imports() report what containerd 1 does. */
static bool is_reported(const struct engine_config *config, size_t file,
			enum containerd_table table)
{
	return config->files[file].by_default ||
	       (table == CONTAINERD_OLD &&
		file < containerd_tables_replacing(config));
}

/* The releases that do not use this table of the file, as bits. */
static unsigned int ignoring_releases(const struct engine_config *config,
				      size_t file, enum containerd_table table)
{
	const struct toml_value *runtimes =
		containerd_tables_runtimes(&config->files[file], table);
	unsigned int ignoring = 0;

	for (int i = 0; i < CONTAINERD_RELEASES; i++) {
		enum containerd_release release = (enum containerd_release)i;

		if (containerd_tables_can_be(config, release) &&
		    containerd_tables_part(config, release, file, "runtimes") !=
			    runtimes)
			ignoring |= BIT(release);
	}
	return ignoring;
}

static unsigned int possible_releases(const struct engine_config *config)
{
	unsigned int possible = 0;

	for (int i = 0; i < CONTAINERD_RELEASES; i++)
		if (containerd_tables_can_be(config,
					     (enum containerd_release)i))
			possible |= BIT(i);
	return possible;
}

static void report_ignored(const struct engine_config *config, size_t file,
			   enum containerd_table table, unsigned int ignoring,
			   struct findings *findings)
{
	static const char *const names[BIT(CONTAINERD_RELEASES)] = {
		[BIT(CONTAINERD_1)] = "1.x",
		[BIT(CONTAINERD_2_0)] = "2.0 to 2.2",
		[BIT(CONTAINERD_1) | BIT(CONTAINERD_2_0)] = "before 2.3",
		[BIT(CONTAINERD_2_3)] = "2.3 and later",
		[BIT(CONTAINERD_1) | BIT(CONTAINERD_2_3)] =
			"1.x, 2.3 and later",
		[BIT(CONTAINERD_2_0) | BIT(CONTAINERD_2_3)] = "2.x",
	};
	const struct engine_file *from = &config->files[file];
	bool all = ignoring == possible_releases(config);
	long long version = containerd_tables_version(from);
	char has[32] = "no version";

	if (version)
		snprintf(has, sizeof(has), "version = %lld", version);
	findings_add(
		findings, all ? FINDING_ERROR : FINDING_WARNING, TOPIC,
		"'%s' has %s and names capruntime in plugins.\"%s\": containerd%s%s ignores that table",
		from->name, has, containerd_tables_plugin(table),
		all ? "" : " ", all ? "" : names[ignoring]);
	fix_table(containerd_tables_root(config), findings);
}

static void check_ignored(const struct engine_config *config, size_t file,
			  enum containerd_table table,
			  struct findings *findings)
{
	unsigned int ignoring = ignoring_releases(config, file, table);

	if (!names_capruntime(config, containerd_tables_runtimes(
					      &config->files[file], table)))
		return;
	if (is_reported(config, file, table))
		ignoring &= ~BIT(CONTAINERD_1);
	if (ignoring)
		report_ignored(config, file, table, ignoring, findings);
}

/* Under containerd 1 an empty table does that, too. */
static void check_replaced(const struct engine_config *config,
			   struct findings *findings)
{
	size_t last = containerd_tables_replacing(config);

	for (size_t i = 0; i < last && last < config->files_count; i++) {
		if (!containerd_tables_of(&config->files[i], CONTAINERD_OLD))
			continue;
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"under containerd 1.x the import '%s' replaces everything that '%s' has in plugins.\"%s\"; 2.x merges them",
			config->files[last].name, config->files[i].name,
			containerd_tables_plugin(CONTAINERD_OLD));
		findings_fix(findings,
			     "write the tables of the import into '%s' itself",
			     config->files[i].name);
	}
}

static bool is_read_by_default(const struct engine_config *config,
			       const struct engine_file *file)
{
	return file->by_default &&
	       (names_capruntime(config, containerd_tables_runtimes(
						 file, CONTAINERD_OLD)) ||
		names_capruntime(config, containerd_tables_runtimes(
						 file, CONTAINERD_NEW)));
}

/* With version 3 containerd is 2.0 at least, and probably later. */
static void check_default_imports(const struct engine_config *config,
				  struct findings *findings)
{
	bool is_old = containerd_tables_can_be(config, CONTAINERD_1);

	for (size_t i = 0; i < config->files_count; i++) {
		const struct engine_file *file = &config->files[i];

		if (!is_read_by_default(config, file))
			continue;
		findings_add(
			findings, is_old ? FINDING_WARNING : FINDING_OK, TOPIC,
			"no file imports '%s': only containerd 2.2 and later reads it",
			file->name);
		if (is_old)
			findings_fix(
				findings,
				"for earlier ones, write its tables into '/etc/containerd/config.toml'");
	}
}

void containerd_files_check(const struct engine_config *config,
			    struct findings *findings)
{
	bool fit = check_versions(config, findings);

	for (size_t i = 0; fit && i < config->files_count; i++)
		for (int k = 0; k < CONTAINERD_TABLES; k++)
			check_ignored(config, i, (enum containerd_table)k,
				      findings);
	if (containerd_tables_can_be(config, CONTAINERD_1))
		check_replaced(config, findings);
	check_default_imports(config, findings);
}
