/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd: config.toml and what it imports. Which tables count depends on
 * containerd's release: a table that only some releases use is a warning, as
 * the files do not name the release.
 */
#include "config.h"

#include "capctl/engine/containerd.h"

#include <string.h>

#include "capctl/engine/containerd_files.h"
#include "capctl/engine/containerd_tables.h"

#define TOPIC "containerd"
#define SHIM "io.containerd.runc.v2"
#define OLD_SHIM "io.containerd.runc.v1"
#define WANTED_PATTERN "capruntime.io/*"

/* A handler, as one release reads it. */
struct containerd_handler {
	const struct engine_config *config;
	enum containerd_release release;
	const char *name;
};

static const struct toml_value *
handler_value(const struct containerd_handler *handler, const char *key,
	      const char *member, const char **ret_file)
{
	return containerd_tables_find(handler->config, handler->release,
				      handler->name, key, member, ret_file);
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

static void check_containerd_keys(const struct containerd_handler *handler,
				  const struct toml_value *annotations,
				  struct findings *findings)
{
	const char *file = NULL;
	const char *type = toml_string(
		handler_value(handler, "runtime_type", NULL, &file));

	if (!type || strcmp(type, SHIM) != 0) {
		findings_add(findings, FINDING_ERROR, TOPIC,
			     "handler '%s': runtime_type is '%s'",
			     handler->name, type ? type : "");
		findings_fix(findings, "runtime_type = \"%s\"", SHIM);
	}
	if (engine_list_has(annotations, is_too_wide, NULL)) {
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"handler '%s': pod_annotations passes more than \"%s\": pods can set keys that look like an engine's",
			handler->name, WANTED_PATTERN);
		findings_fix(findings, "pod_annotations = [\"%s\"]",
			     WANTED_PATTERN);
	}
}

/* runtime_path is the shim's, often mistaken for the runtime's. */
static void check_shim(const struct containerd_handler *handler,
		       struct findings *findings)
{
	const char *file = NULL;
	const char *shim = toml_string(
		handler_value(handler, "runtime_path", NULL, &file));

	if (!shim || !engine_config_is_capruntime(handler->config, shim))
		return;
	findings_add(
		findings, FINDING_ERROR, TOPIC,
		"handler '%s' in '%s': runtime_path must be a shim, and capruntime is not one",
		handler->name, file);
	findings_fix(findings, "set options.BinaryName to capruntime");
}

static int check_containerd_handler(struct engine_config *config,
				    const struct containerd_handler *handler,
				    struct findings *findings, struct err *err)
{
	struct engine_handler ours = { .name = handler->name };
	const struct toml_value *annotations;
	const char *ignored;

	ours.path = toml_string(
		handler_value(handler, "options", "BinaryName", &ours.file));
	if (handler->release == CONTAINERD_NEWEST)
		check_shim(handler, findings);
	if (!ours.path || !engine_config_is_capruntime(config, ours.path) ||
	    engine_config_has_handler(config, handler->name))
		return 0;
	annotations = handler_value(handler, "pod_annotations", NULL, &ignored);
	check_containerd_keys(handler, annotations, findings);
	ours.gets_requests =
		engine_list_has(annotations, is_capruntime_pattern, NULL);
	ours.root = toml_string(
		handler_value(handler, "options", "Root", &ignored));
	return engine_config_add_handler(config, ours, err);
}

/* The handlers that a file contributes under one release. */
static int check_containerd_file(struct engine_config *config,
				 enum containerd_release release, size_t file,
				 struct findings *findings, struct err *err)
{
	const struct toml_value *runtimes =
		containerd_tables_part(config, release, file, "runtimes");

	for (size_t k = 0; k < toml_count(runtimes); k++) {
		struct containerd_handler handler = { config, release, NULL };

		toml_member(runtimes, k, &handler.name);
		if (handler.name && check_containerd_handler(config, &handler,
							     findings, err) < 0)
			return -1;
	}
	return 0;
}

/* The newest first: a handler's keys are checked as it reads them. */
static int check_containerd_handlers(struct engine_config *config,
				     struct findings *findings, struct err *err)
{
	for (int release = CONTAINERD_RELEASES; release--;) {
		if (!containerd_tables_can_be(config,
					      (enum containerd_release)release))
			continue;
		for (size_t i = 0; i < config->files_count; i++)
			if (check_containerd_file(
				    config, (enum containerd_release)release, i,
				    findings, err) < 0)
				return -1;
	}
	return 0;
}

static const char *containerd_default(const struct engine_config *config)
{
	const char *file;
	const char *name = toml_string(
		containerd_tables_find(config, CONTAINERD_NEWEST, NULL,
				       "default_runtime_name", NULL, &file));

	return name ? name : "runc";
}

const char *engine_containerd_program(const struct engine_config *config)
{
	const struct containerd_handler handler = {
		config, CONTAINERD_NEWEST, containerd_default(config)
	};
	const char *file;
	const char *type = toml_string(
		handler_value(&handler, "runtime_type", NULL, &file));

	if (type && *type && strcmp(type, SHIM) != 0 &&
	    strcmp(type, OLD_SHIM) != 0)
		return NULL;
	return toml_string(
		handler_value(&handler, "options", "BinaryName", &file));
}

static bool is_cri(const char *text, const void *context)
{
	(void)context;
	return strcmp(text, "cri") == 0 ||
	       strcmp(text, containerd_tables_plugin(CONTAINERD_OLD)) == 0 ||
	       strcmp(text, containerd_tables_plugin(CONTAINERD_NEW)) == 0;
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
	containerd_files_check(config, findings);
	if (check_containerd_handlers(config, findings, err) < 0)
		return -1;
	engine_config_check_default(config, containerd_default(config), TOPIC,
				    findings);
	check_disabled(config, findings);
	return 0;
}

static const struct toml_value *
info_runtimes(const struct engine_config *config)
{
	return toml_find(toml_root(config->files[0].doc), "config",
			 "containerd", "runtimes", (char *)NULL);
}

bool engine_containerd_is_info(const struct engine_config *config)
{
	return toml_kind(info_runtimes(config)) == TOML_TABLE;
}

int engine_containerd_check_info(struct engine_config *config,
				 struct findings *findings, struct err *err)
{
	const struct toml_value *runtimes = info_runtimes(config);

	(void)findings;
	for (size_t i = 0; i < toml_count(runtimes); i++) {
		struct engine_handler ours = { .file = config->files[0].name };

		toml_member(runtimes, i, &ours.name);
		if (!ours.name)
			continue;
		ours.path =
			toml_string(toml_find(runtimes, ours.name, "options",
					      "BinaryName", (char *)NULL));
		if (ours.path &&
		    engine_config_is_capruntime(config, ours.path) &&
		    engine_config_add_handler(config, ours, err) < 0)
			return -1;
	}
	return 0;
}
