/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/engine_config.h"

#include <string.h>

const char *engine_name(enum engine kind)
{
	static const char *const names[ENGINE_COUNT] = {
		[ENGINE_CRIO] = "CRI-O",
		[ENGINE_CONTAINERD] = "containerd",
		[ENGINE_PODMAN] = "podman",
		[ENGINE_DOCKER] = "Docker",
	};

	return names[kind];
}

static int add_text(struct engine_config *config, bool is_json,
		    const char *name, const char *text, size_t len,
		    struct err *err)
{
	struct engine_file *files = reallocarray(
		config->files, config->files_count + 1, sizeof(*files));
	struct engine_file *file;
	int status;

	if (!files)
		return err_set_no_memory(err);
	config->files = files;
	file = &files[config->files_count];
	*file = (struct engine_file){ .name = strdup(name) };
	if (!file->name)
		return err_set_no_memory(err);
	status = is_json ? toml_parse_json(&file->doc, name, text, len, err)
			 : toml_parse(&file->doc, name, text, len, err);
	if (status < 0) {
		free(file->name);
		return -1;
	}
	config->files_count++;
	return 0;
}

int engine_config_add(struct engine_config *config, const char *name,
		      const char *text, size_t len, struct err *err)
{
	return add_text(config, config->kind == ENGINE_DOCKER, name, text, len,
			err);
}

int engine_config_add_json(struct engine_config *config, const char *name,
			   const char *text, size_t len, struct err *err)
{
	return add_text(config, true, name, text, len, err);
}

bool engine_config_has_handler(const struct engine_config *config,
			       const char *name)
{
	for (size_t i = 0; i < config->handlers_count; i++)
		if (strcmp(config->handlers[i].name, name) == 0)
			return true;
	return false;
}

int engine_config_add_handler(struct engine_config *config,
			      struct engine_handler handler, struct err *err)
{
	struct engine_handler *handlers;

	if (engine_config_has_handler(config, handler.name))
		return 0;
	handlers = reallocarray(config->handlers, config->handlers_count + 1,
				sizeof(*handlers));
	if (!handlers)
		return err_set_no_memory(err);
	handlers[config->handlers_count++] = handler;
	config->handlers = handlers;
	return 0;
}

bool engine_list_has(const struct toml_value *list,
		     bool (*is)(const char *text, const void *context),
		     const void *context)
{
	for (size_t i = 0; i < toml_count(list); i++) {
		const char *text = toml_string(toml_element(list, i));

		if (text && is(text, context))
			return true;
	}
	return false;
}

bool engine_config_is_capruntime(const struct engine_config *config,
				 const char *path)
{
	return config->is_capruntime(config->context, path);
}

void engine_config_free(struct engine_config *config)
{
	for (size_t i = 0; i < config->files_count; i++) {
		free(config->files[i].name);
		toml_free(config->files[i].doc);
	}
	free(config->files);
	free(config->handlers);
	*config = (struct engine_config){ 0 };
}

void engine_config_check_default(const struct engine_config *config,
				 const char *name, const char *topic,
				 struct findings *findings)
{
	if (!engine_config_has_handler(config, name))
		return;
	findings_add(
		findings, FINDING_WARNING, topic,
		"the default runtime '%s' is capruntime: a bad policy would stop every new pod, including the one that repairs it",
		name);
	findings_fix(
		findings,
		"restore the default; select capruntime with a RuntimeClass");
}
