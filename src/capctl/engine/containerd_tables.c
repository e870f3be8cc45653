/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/containerd_tables.h"

const char *containerd_tables_plugin(enum containerd_table table)
{
	return table == CONTAINERD_OLD ? "io.containerd.grpc.v1.cri"
				       : "io.containerd.cri.v1.runtime";
}

int64_t containerd_tables_version(const struct engine_file *file)
{
	return toml_integer(
		toml_find(toml_root(file->doc), "version", (char *)NULL));
}

const struct engine_file *
containerd_tables_root(const struct engine_config *config)
{
	for (size_t i = 0; i < config->files_count; i++)
		if (containerd_tables_version(&config->files[i]))
			return &config->files[i];
	return config->files_count ? &config->files[0] : NULL;
}

bool containerd_tables_can_be(const struct engine_config *config,
			      enum containerd_release release)
{
	const struct engine_file *root = containerd_tables_root(config);
	int64_t version = root ? containerd_tables_version(root) : 0;

	if (release == CONTAINERD_1)
		return version < CONTAINERD_NEW_VERSION;
	return release == CONTAINERD_2_3 || version < CONTAINERD_LAST_VERSION;
}

const struct toml_value *containerd_tables_of(const struct engine_file *file,
					      enum containerd_table table)
{
	return toml_find(toml_root(file->doc), "plugins",
			 containerd_tables_plugin(table), (char *)NULL);
}

static const struct toml_value *containerd_key(const struct engine_file *file,
					       enum containerd_table table,
					       const char *key)
{
	return toml_find(containerd_tables_of(file, table), "containerd", key,
			 (char *)NULL);
}

const struct toml_value *
containerd_tables_runtimes(const struct engine_file *file,
			   enum containerd_table table)
{
	return containerd_key(file, table, "runtimes");
}

size_t containerd_tables_replacing(const struct engine_config *config)
{
	for (size_t i = config->files_count; i--;)
		if (!config->files[i].by_default &&
		    containerd_tables_of(&config->files[i], CONTAINERD_OLD))
			return i;
	return config->files_count;
}

/* The last version that counts; containerd 1 counts version 1, too. */
static int64_t merged_version(const struct engine_config *config,
			      enum containerd_release release)
{
	int64_t least = release == CONTAINERD_1 ? 1 : CONTAINERD_OLD_VERSION;

	for (size_t i = config->files_count; i--;) {
		int64_t version = containerd_tables_version(&config->files[i]);

		if (version >= least &&
		    !(release == CONTAINERD_1 && config->files[i].by_default))
			return version;
	}
	return release == CONTAINERD_1 ? 1 : CONTAINERD_NEW_VERSION;
}

static bool any_new_key(const struct engine_config *config, const char *key)
{
	for (size_t i = 0; i < config->files_count; i++)
		if (containerd_key(&config->files[i], CONTAINERD_NEW, key))
			return true;
	return false;
}

/* A migration copies a key of the old table only if the new one lacks it. */
const struct toml_value *
containerd_tables_part(const struct engine_config *config,
		       enum containerd_release release, size_t file,
		       const char *key)
{
	const struct engine_file *from = &config->files[file];
	const struct toml_value *old =
		containerd_key(from, CONTAINERD_OLD, key);
	const struct toml_value *new =
		containerd_key(from, CONTAINERD_NEW, key);

	if (release == CONTAINERD_1)
		return file == containerd_tables_replacing(config) &&
				       merged_version(config, release) >=
					       CONTAINERD_OLD_VERSION
			       ? old
			       : NULL;
	if (release == CONTAINERD_2_0)
		return merged_version(config, release) >=
					       CONTAINERD_NEW_VERSION ||
				       any_new_key(config, key)
			       ? new
			       : old;
	return new || containerd_tables_version(from) >= CONTAINERD_LAST_VERSION
		       ? new
		       : old;
}

const struct toml_value *
containerd_tables_find(const struct engine_config *config,
		       enum containerd_release release, const char *name,
		       const char *key, const char *member,
		       const char **ret_file)
{
	for (size_t i = config->files_count; i--;) {
		const struct toml_value *value = containerd_tables_part(
			config, release, i, name ? "runtimes" : key);

		if (name)
			value = toml_find(value, name, key, member,
					  (char *)NULL);
		if (value) {
			*ret_file = config->files[i].name;
			return value;
		}
	}
	return NULL;
}
