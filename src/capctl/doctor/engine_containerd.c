/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd: config.toml and what it imports. Up to version 2 of the format
 * (containerd 1.x) an import that has the plugin's table replaces all earlier
 * settings of the plugin; from version 3 on tables are merged.
 */
#include "config.h"

#include "capctl/doctor/engine_containerd.h"

#include <string.h>

#define TOPIC "containerd"
#define SHIM "io.containerd.runc.v2"
#define OLD_SHIM "io.containerd.runc.v1"
#define OLD_PLUGIN "io.containerd.grpc.v1.cri"
#define NEW_PLUGIN "io.containerd.cri.v1.runtime"
#define WANTED_PATTERN "capruntime.io/*"
/* From this version of the format on. */
#define MERGING 3

static int64_t containerd_version(const struct engine_file *file)
{
	int64_t version = toml_integer(
		toml_find(toml_root(file->doc), "version", (char *)NULL));

	return version ? version : 1;
}

static const char *containerd_plugin(const struct engine_file *file)
{
	return containerd_version(file) >= MERGING ? NEW_PLUGIN : OLD_PLUGIN;
}

static const struct toml_value *plugin_table(const struct engine_file *file)
{
	return toml_find(toml_root(file->doc), "plugins",
			 containerd_plugin(file), (char *)NULL);
}

static const struct toml_value *plugin_runtimes(const struct engine_file *file)
{
	return toml_find(plugin_table(file), "containerd", "runtimes",
			 (char *)NULL);
}

/* The first file whose settings of the plugin are in effect. */
static size_t first_effective_file(const struct engine_config *config)
{
	if (!config->files_count ||
	    containerd_version(&config->files[0]) >= MERGING)
		return 0;
	for (size_t i = config->files_count; i--;)
		if (plugin_table(&config->files[i]))
			return i;
	return 0;
}

/* containerd.KEY, and containerd.runtimes.NAME.KEY with a name. */
static const struct toml_value *
containerd_find(const struct engine_config *config, const char *name,
		const char *key, const char *member, const char **ret_file)
{
	for (size_t i = config->files_count;
	     i-- > first_effective_file(config);) {
		const struct engine_file *file = &config->files[i];
		const struct toml_value *value =
			name ? toml_find(plugin_runtimes(file), name, key,
					 member, (char *)NULL)
			     : toml_find(plugin_table(file), "containerd", key,
					 (char *)NULL);

		if (value) {
			*ret_file = file->name;
			return value;
		}
	}
	return NULL;
}

static bool is_capruntime_pattern(const char *text, const void *context)
{
	(void)context;
	return strncmp(text, "capruntime.io/", strlen("capruntime.io/")) == 0;
}

/* A pod could write keys that look like another engine's. */
static bool is_too_wide(const char *text, const void *context)
{
	(void)context;
	return strpbrk(text, "*?[") && !is_capruntime_pattern(text, NULL);
}

static void check_containerd_keys(const struct engine_config *config,
				  const char *name,
				  const struct toml_value *annotations,
				  struct findings *findings)
{
	const char *file = NULL;
	const char *type = toml_string(
		containerd_find(config, name, "runtime_type", NULL, &file));

	if (!type || strcmp(type, SHIM) != 0) {
		findings_add(findings, FINDING_ERROR, TOPIC,
			     "handler '%s': runtime_type is '%s'", name,
			     type ? type : "");
		findings_fix(findings, "runtime_type = \"%s\"", SHIM);
	}
	if (engine_list_has(annotations, is_too_wide, NULL)) {
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"handler '%s': pod_annotations passes more than \"%s\": pods can set keys that look like an engine's",
			name, WANTED_PATTERN);
		findings_fix(findings, "pod_annotations = [\"%s\"]",
			     WANTED_PATTERN);
	}
}

/* runtime_path is the shim's, often mistaken for the runtime's. */
static void check_shim(const struct engine_config *config, const char *name,
		       struct findings *findings)
{
	const char *file = NULL;
	const char *shim = toml_string(
		containerd_find(config, name, "runtime_path", NULL, &file));

	if (!shim || !engine_config_is_capruntime(config, shim))
		return;
	findings_add(
		findings, FINDING_ERROR, TOPIC,
		"handler '%s' in '%s': runtime_path must be a shim, and capruntime is not one",
		name, file);
	findings_fix(findings, "set options.BinaryName to capruntime");
}

static int check_containerd_handler(struct engine_config *config,
				    const char *name, struct findings *findings,
				    struct err *err)
{
	const char *file = NULL, *ignored;
	const char *path = toml_string(
		containerd_find(config, name, "options", "BinaryName", &file));
	const struct toml_value *annotations = containerd_find(
		config, name, "pod_annotations", NULL, &ignored);

	check_shim(config, name, findings);
	if (!path || !engine_config_is_capruntime(config, path) ||
	    engine_config_has_handler(config, name))
		return 0;
	check_containerd_keys(config, name, annotations, findings);
	return engine_config_add_handler(
		config,
		(struct engine_handler){ name, path, file,
					 engine_list_has(annotations,
							 is_capruntime_pattern,
							 NULL) },
		err);
}

static int check_containerd_file(struct engine_config *config,
				 const struct engine_file *file,
				 struct findings *findings, struct err *err)
{
	const struct toml_value *runtimes = plugin_runtimes(file);

	for (size_t k = 0; k < toml_count(runtimes); k++) {
		const char *name;

		toml_member(runtimes, k, &name);
		if (name &&
		    check_containerd_handler(config, name, findings, err) < 0)
			return -1;
	}
	return 0;
}

static const char *containerd_default(const struct engine_config *config)
{
	const char *file;
	const char *name = toml_string(containerd_find(
		config, NULL, "default_runtime_name", NULL, &file));

	return name ? name : "runc";
}

const char *engine_containerd_program(const struct engine_config *config)
{
	const char *name = containerd_default(config), *file;
	const char *type = toml_string(
		containerd_find(config, name, "runtime_type", NULL, &file));

	if (type && *type && strcmp(type, SHIM) != 0 &&
	    strcmp(type, OLD_SHIM) != 0)
		return NULL;
	return toml_string(
		containerd_find(config, name, "options", "BinaryName", &file));
}

/* Does the file name capruntime in the table of another version? */
static bool is_in_other_table(const struct engine_config *config,
			      const struct engine_file *file)
{
	const char *other =
		containerd_version(file) >= MERGING ? OLD_PLUGIN : NEW_PLUGIN;
	const struct toml_value *runtimes =
		toml_find(toml_root(file->doc), "plugins", other, "containerd",
			  "runtimes", (char *)NULL);

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

static void check_format_version(const struct engine_config *config,
				 const struct engine_file *file,
				 struct findings *findings)
{
	long long version = containerd_version(file);

	if (is_in_other_table(config, file)) {
		findings_add(
			findings, FINDING_ERROR, TOPIC,
			"'%s' has version = %lld and names capruntime in a table of another version: containerd ignores it",
			file->name, version);
		findings_fix(
			findings,
			"version 2 has plugins.\"%s\", version 3 plugins.\"%s\"",
			OLD_PLUGIN, NEW_PLUGIN);
	} else if (version < 2 && plugin_table(file)) {
		findings_add(
			findings, FINDING_ERROR, TOPIC,
			"'%s' has no version = 2: containerd ignores its tables",
			file->name);
		findings_fix(findings, "add version = 2 at its top");
	}
}

/* Measured with containerd 1.6.20: an empty table does that, too. */
static void check_voided(const struct engine_config *config,
			 struct findings *findings)
{
	size_t first = first_effective_file(config);

	for (size_t i = 0; i < first; i++) {
		if (!plugin_table(&config->files[i]))
			continue;
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"the import '%s' replaces everything that '%s' has in plugins.\"%s\"",
			config->files[first].name, config->files[i].name,
			OLD_PLUGIN);
		findings_fix(
			findings,
			"write the tables of the import into '%s' itself (containerd 2 merges them)",
			config->files[i].name);
	}
}

static bool is_cri(const char *text, const void *context)
{
	(void)context;
	return strcmp(text, "cri") == 0 || strcmp(text, OLD_PLUGIN) == 0 ||
	       strcmp(text, NEW_PLUGIN) == 0;
}

static void check_disabled(const struct engine_config *config,
			   struct findings *findings)
{
	for (size_t i = 0; i < config->files_count; i++) {
		const struct engine_file *file = &config->files[i];

		if (!engine_list_has(toml_find(toml_root(file->doc),
					       "disabled_plugins",
					       (char *)NULL),
				     is_cri, NULL))
			continue;
		findings_add(
			findings,
			config->handlers_count ? FINDING_ERROR
					       : FINDING_WARNING,
			TOPIC,
			"disabled_plugins in '%s' disables the CRI plugin and its handlers",
			file->name);
		findings_fix(findings, "remove \"cri\" from disabled_plugins");
	}
}

int engine_containerd_check(struct engine_config *config,
			    struct findings *findings, struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++)
		check_format_version(config, &config->files[i], findings);
	check_voided(config, findings);
	for (size_t i = first_effective_file(config); i < config->files_count;
	     i++)
		if (check_containerd_file(config, &config->files[i], findings,
					  err) < 0)
			return -1;
	engine_config_check_default(config, containerd_default(config), TOPIC,
				    findings);
	check_disabled(config, findings);
	return 0;
}
