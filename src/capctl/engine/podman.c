/* SPDX-License-Identifier: Apache-2.0 */
/*
 * podman and buildah: containers.conf of the distribution, of the machine,
 * then each file of containers.conf.d. The last file that sets a key counts,
 * but for lists that are appended.
 */
#include "config.h"

#include "capctl/engine/podman.h"

#include <string.h>

#define TOPIC "podman"

/* [engine] KEY, and [engine.KEY] NAME with a name; NULL: nowhere. */
static const struct toml_value *podman_find(const struct engine_config *config,
					    const char *key, const char *name,
					    const char **ret_file)
{
	for (size_t i = config->files_count; i--;) {
		const struct toml_value *value =
			toml_find(toml_root(config->files[i].doc), "engine",
				  key, name, (char *)NULL);

		if (value) {
			*ret_file = config->files[i].name;
			return value;
		}
	}
	return NULL;
}

struct podman_program {
	const struct engine_config *config;
	const char **ret_path;
};

static bool is_podman_program_ours(const char *path, const void *context)
{
	const struct podman_program *program = context;

	if (!engine_config_is_capruntime(program->config, path))
		return false;
	*program->ret_path = path;
	return true;
}

static bool is_podman_runtime(const char *text, const void *context)
{
	return strcmp(text, context) == 0;
}

/* From podman 5 on, {append = true} in a list holds for it and later files. */
static bool podman_appends(const struct toml_value *list, bool before)
{
	for (size_t i = 0; i < toml_count(list); i++) {
		const struct toml_value *append = toml_find(
			toml_element(list, i), "append", (char *)NULL);

		if (append)
			before = toml_is_true(append);
	}
	return before;
}

/* podman's default list does not have capruntime. */
static bool podman_supports_json(const struct engine_config *config,
				 const char *name)
{
	bool appends = false, supports = false;

	for (size_t i = 0; i < config->files_count; i++) {
		const struct toml_value *list =
			toml_find(toml_root(config->files[i].doc), "engine",
				  "runtime_supports_json", (char *)NULL);

		if (!list)
			continue;
		appends = podman_appends(list, appends);
		supports = (appends && supports) ||
			   engine_list_has(list, is_podman_runtime, name);
	}
	return supports;
}

static void check_podman_json(const struct engine_config *config,
			      const char *name, const char *file,
			      struct findings *findings)
{
	if (podman_supports_json(config, name))
		return;
	findings_add(
		findings, FINDING_WARNING, TOPIC,
		"runtime '%s' in '%s' is not in runtime_supports_json: podman requests no log, and its own message hides a refusal's",
		name, file);
	findings_fix(findings, "add \"%s\" to [engine] runtime_supports_json",
		     name);
}

static void check_podman_first(const char *name, const char *path,
			       const struct toml_value *list, const char *file,
			       struct findings *findings)
{
	const char *first = toml_string(toml_element(list, 0));

	if (!first || strcmp(first, path) == 0)
		return;
	findings_add(
		findings, FINDING_WARNING, TOPIC,
		"runtime '%s' in '%s' is '%s' if that exists, and capruntime only if not",
		name, file, first);
	findings_fix(findings, "put '%s' first, or alone", path);
}

static int add_podman_handler(struct engine_config *config, const char *name,
			      const char *path, const char *file,
			      struct err *err)
{
	return engine_config_add_handler(
		config,
		(struct engine_handler){ .name = name,
					 .path = path,
					 .file = file,
					 .gets_requests = true },
		err);
}

static int check_podman_runtime(struct engine_config *config, const char *name,
				struct findings *findings, struct err *err)
{
	const char *file = NULL, *path = NULL;
	const struct toml_value *list =
		podman_find(config, "runtimes", name, &file);
	struct podman_program program = { config, &path };

	if (engine_config_has_handler(config, name) ||
	    !engine_list_has(list, is_podman_program_ours, &program))
		return 0;
	check_podman_first(name, path, list, file, findings);
	check_podman_json(config, name, file, findings);
	return add_podman_handler(config, name, path, file, err);
}

/* A path needs no table of runtimes. */
static int check_podman_default(struct engine_config *config,
				struct findings *findings, struct err *err)
{
	const char *file = NULL;
	const char *name =
		toml_string(podman_find(config, "runtime", NULL, &file));

	if (!name || !(engine_config_has_handler(config, name) ||
		       engine_config_is_capruntime(config, name)))
		return 0;
	findings_add(
		findings, FINDING_WARNING, TOPIC,
		"[engine] runtime = \"%s\" in '%s': a bad policy would stop every container",
		name, file);
	findings_fix(findings, "restore the default; use podman --runtime");
	if (*name != '/')
		return 0;
	return add_podman_handler(config, name, name, file, err);
}

int engine_podman_check(struct engine_config *config, struct findings *findings,
			struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++) {
		const struct toml_value *runtimes =
			toml_find(toml_root(config->files[i].doc), "engine",
				  "runtimes", (char *)NULL);

		for (size_t k = 0; k < toml_count(runtimes); k++) {
			const char *name;

			toml_member(runtimes, k, &name);
			if (name && check_podman_runtime(config, name, findings,
							 err) < 0)
				return -1;
		}
	}
	return check_podman_default(config, findings, err);
}
