/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker: "runtimes" and "default-runtime" of daemon.json. A runtime has a path, or,
 * from Docker 23 on, the options of a shim.
 */
#include "config.h"

#include "capctl/engine/docker.h"

#define TOPIC "Docker"

static const char *docker_program(const struct toml_value *runtime)
{
	const char *path =
		toml_string(toml_find(runtime, "path", (char *)NULL));

	return path ? path
		    : toml_string(toml_find(runtime, "options", "BinaryName",
					    (char *)NULL));
}

static int add_docker_handlers(struct engine_config *config,
			       const struct engine_file *file, struct err *err)
{
	const struct toml_value *runtimes =
		toml_find(toml_root(file->doc), "runtimes", (char *)NULL);

	for (size_t i = 0; i < toml_count(runtimes); i++) {
		const char *name, *path;

		toml_member(runtimes, i, &name);
		if (!name)
			continue;
		path = docker_program(toml_find(runtimes, name, (char *)NULL));
		if (!path || !engine_config_is_capruntime(config, path))
			continue;
		if (engine_config_add_handler(
			    config,
			    (struct engine_handler){ .name = name,
						     .path = path,
						     .file = file->name,
						     .gets_requests = true },
			    err) < 0)
			return -1;
	}
	return 0;
}

static void check_docker_default(const struct engine_config *config,
				 const struct engine_file *file,
				 struct findings *findings)
{
	const char *name = toml_string(toml_find(
		toml_root(file->doc), "default-runtime", (char *)NULL));

	if (!name || !engine_config_has_handler(config, name))
		return;
	findings_add(
		findings, FINDING_WARNING, TOPIC,
		"\"default-runtime\": \"%s\" in '%s': a bad policy would stop every container",
		name, file->name);
	findings_fix(findings, "restore the default; use docker run --runtime");
}

int engine_docker_check(struct engine_config *config, struct findings *findings,
			struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++) {
		if (add_docker_handlers(config, &config->files[i], err) < 0)
			return -1;
		check_docker_default(config, &config->files[i], findings);
	}
	return 0;
}
