/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tables of its files containerd uses. That depends on its release, which
 * the files can leave open: each question names one.
 *
 * Measured with containerd 1.6.20, 1.7.24, 2.1.9 and 2.3.4; see LoadConfig() in
 * its server/config/config.go. Nothing is reported here.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_TABLES_H
#define CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_TABLES_H

#include "capctl/engine/engine_config.h"

enum containerd_release {
	/* The last file that has the plugin's table replaces all others. */
	CONTAINERD_1,
	/* 2.0 to 2.2: merges the files, then migrates by the last version. */
	CONTAINERD_2_0,
	/* Migrates each file by its version, then merges them. */
	CONTAINERD_2_3,
	CONTAINERD_RELEASES,
};
#define CONTAINERD_NEWEST CONTAINERD_2_3

/*
 * The first versions of the format with the old table (containerd 1 ignores the
 * tables of earlier ones), with the new one, and without the old one.
 */
#define CONTAINERD_OLD_VERSION 2
#define CONTAINERD_NEW_VERSION 3
#define CONTAINERD_LAST_VERSION 4

/* The tables of the CRI plugin: of version 2, and from version 3 on. */
enum containerd_table { CONTAINERD_OLD, CONTAINERD_NEW, CONTAINERD_TABLES };

/* The key below `plugins`. */
const char *containerd_tables_plugin(enum containerd_table table);

/* 0: the file has none. */
int64_t containerd_tables_version(const struct engine_file *file);
/*
 * The file whose version others must not exceed: the first that has one, else
 * the first. NULL: no file.
 */
const struct engine_file *
containerd_tables_root(const struct engine_config *config);

/* Does this release start with the version of the root file? */
bool containerd_tables_can_be(const struct engine_config *config,
			      enum containerd_release release);

/* The plugin's table, and the runtimes in it, as the file has them. */
const struct toml_value *containerd_tables_of(const struct engine_file *file,
					      enum containerd_table table);
const struct toml_value *
containerd_tables_runtimes(const struct engine_file *file,
			   enum containerd_table table);

/*
 * The index of the file whose old table replaces those of earlier files under
 * CONTAINERD_1; files_count: none has one.
 */
size_t containerd_tables_replacing(const struct engine_config *config);

/* The file's part of containerd.KEY; NULL: none, or a table that is ignored. */
const struct toml_value *
containerd_tables_part(const struct engine_config *config,
		       enum containerd_release release, size_t file,
		       const char *key);

/*
 * containerd.KEY, and containerd.runtimes.NAME.KEY or .KEY.MEMBER with a name:
 * the last file that has it counts.
 */
const struct toml_value *
containerd_tables_find(const struct engine_config *config,
		       enum containerd_release release, const char *name,
		       const char *key, const char *member,
		       const char **ret_file);

#endif
