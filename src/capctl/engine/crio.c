/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRI-O: crio.conf, then each file of crio.conf.d. A handler's table in a
 * later file replaces the earlier one.
 */
#include "config.h"

#include "capctl/engine/crio.h"

#include <string.h>
#include <sys/capability.h>

#define TOPIC "CRI-O"
#define RUNTIME "crio", "runtime"
#define BIT(name) (UINT64_C(1) << CAP_##name)

/* crio.conf(5), without a default_capabilities. */
#define CRIO_DEFAULTS                                                          \
	(BIT(CHOWN) | BIT(DAC_OVERRIDE) | BIT(FSETID) | BIT(FOWNER) |          \
	 BIT(SETGID) | BIT(SETUID) | BIT(SETPCAP) | BIT(NET_BIND_SERVICE) |    \
	 BIT(KILL))

struct crio_handler {
	const char *name;
	const struct toml_value *table;
	const char *file;
};

/* The last table is in effect. false: none has this name. */
static bool find_crio_handler(const struct engine_config *config,
			      const char *name,
			      struct crio_handler *ret_handler)
{
	for (size_t i = config->files_count; i--;) {
		const struct engine_file *file = &config->files[i];
		const struct toml_value *table =
			toml_find(toml_root(file->doc), RUNTIME, "runtimes",
				  name, (char *)NULL);

		if (table) {
			*ret_handler = (struct crio_handler){ name, table,
							      file->name };
			return true;
		}
	}
	return false;
}

static const char *crio_handler_path(const struct crio_handler *handler)
{
	const char *path = toml_string(
		toml_find(handler->table, "runtime_path", (char *)NULL));

	return path && *path ? path : NULL;
}

/* Without a path CRI-O searches for a program with the handler's name. */
static bool is_crio_handler_ours(const struct engine_config *config,
				 const struct crio_handler *handler)
{
	const char *path = crio_handler_path(handler);

	return engine_config_is_capruntime(config, path ? path : handler->name);
}

static bool is_not_path_variable(const char *text, const void *context)
{
	(void)context;
	return strncmp(text, "PATH=", strlen("PATH=")) != 0;
}

static void add_crio_finding(struct findings *findings,
			     enum finding_level level,
			     const struct crio_handler *handler,
			     const char *what, const char *why)
{
	findings_add(findings, level, TOPIC, "handler '%s' in '%s': %s: %s",
		     handler->name, handler->file, what, why);
}

static void check_crio_name(const struct crio_handler *handler,
			    struct findings *findings)
{
	const char *type = toml_string(
		toml_find(handler->table, "runtime_type", (char *)NULL));

	if (strstr(handler->name, "kata")) {
		add_crio_finding(
			findings, FINDING_ERROR, handler,
			"the name contains 'kata'",
			"CRI-O treats it as a virtual machine runtime");
		findings_fix(findings, "rename the handler");
	}
	if (type && strcmp(type, "vm") == 0) {
		add_crio_finding(findings, FINDING_ERROR, handler,
				 "runtime_type = \"vm\"",
				 "CRI-O does not call it as an OCI runtime");
		findings_fix(findings, "runtime_type = \"oci\"");
	}
	if (!crio_handler_path(handler)) {
		add_crio_finding(findings, FINDING_WARNING, handler,
				 "no runtime_path",
				 "CRI-O searches its PATH for the name");
		findings_fix(findings, "set runtime_path");
	}
}

static void check_crio_keys(const struct crio_handler *handler,
			    struct findings *findings)
{
	const struct toml_value *table = handler->table;

	if (toml_is_true(toml_find(table, "inherit_default_runtime",
				   (char *)NULL))) {
		add_crio_finding(
			findings, FINDING_ERROR, handler,
			"inherit_default_runtime",
			"CRI-O uses the default runtime's path instead");
		findings_fix(findings, "remove inherit_default_runtime");
	}
	if (toml_count(toml_find(table, "allowed_annotations", (char *)NULL))) {
		add_crio_finding(findings, FINDING_WARNING, handler,
				 "allowed_annotations",
				 "lets pods request more from CRI-O itself");
		findings_fix(
			findings,
			"remove it: capruntime gets all annotations without it");
	}
	if (engine_list_has(toml_find(table, "monitor_env", (char *)NULL),
			    is_not_path_variable, NULL)) {
		add_crio_finding(
			findings, FINDING_WARNING, handler, "monitor_env",
			"it sets variables for every start, even CAPRUNTIME_POLICY");
		findings_fix(findings, "remove all but PATH");
	}
	if (toml_count(
		    toml_find(table, "platform_runtime_paths", (char *)NULL))) {
		add_crio_finding(
			findings, FINDING_WARNING, handler,
			"platform_runtime_paths",
			"CRI-O calls another program on some platforms");
		findings_fix(findings, "remove platform_runtime_paths");
	}
}

static int check_crio_handler(struct engine_config *config,
			      const struct crio_handler *handler,
			      struct findings *findings, struct err *err)
{
	const struct engine_handler ours = {
		.name = handler->name,
		.path = crio_handler_path(handler),
		.file = handler->file,
		.root = toml_string(toml_find(handler->table, "runtime_root",
					      (char *)NULL)),
		.gets_requests = true
	};

	if (!is_crio_handler_ours(config, handler) ||
	    engine_config_has_handler(config, handler->name))
		return 0;
	check_crio_name(handler, findings);
	check_crio_keys(handler, findings);
	return engine_config_add_handler(config, ours, err);
}

/* NULL: no file names it. */
static const char *crio_default_name(const struct engine_config *config)
{
	for (size_t i = config->files_count; i--;) {
		const char *name = toml_string(
			toml_find(toml_root(config->files[i].doc), RUNTIME,
				  "default_runtime", (char *)NULL));

		if (name)
			return name;
	}
	return NULL;
}

/* CRI-O's default is crun or runc, depending on its version. */
static const char *crio_default_runtime(const struct engine_config *config)
{
	const char *name = crio_default_name(config);

	if (name)
		return name;
	return engine_config_has_handler(config, "crun") ? "crun" : "runc";
}

const char *engine_crio_program(const struct engine_config *config)
{
	const char *name = crio_default_name(config), *path, *type;
	struct crio_handler handler;

	if (!name || !find_crio_handler(config, name, &handler))
		return name;
	path = crio_handler_path(&handler);
	type = toml_string(
		toml_find(handler.table, "runtime_type", (char *)NULL));
	if (type && *type && strcmp(type, "oci") != 0)
		return NULL;
	return path ? path : name;
}

/* The last file with the key counts. */
static const struct toml_value *crio_value(const struct engine_config *config,
					   const char *key)
{
	const struct toml_value *value = NULL;

	for (size_t i = config->files_count; i-- && !value;)
		value = toml_find(toml_root(config->files[i].doc), RUNTIME, key,
				  (char *)NULL);
	return value;
}

capmask engine_crio_defaults(const struct engine_config *config,
			     bool *ret_inheritable)
{
	const struct toml_value *list =
		crio_value(config, "default_capabilities");
	capmask mask = 0;

	*ret_inheritable = toml_is_true(
		crio_value(config, "add_inheritable_capabilities"));
	if (!list)
		return CRIO_DEFAULTS;
	for (size_t i = 0; i < toml_count(list); i++) {
		const char *name = toml_string(toml_element(list, i));

		if (name)
			mask |= capset_from_name(name, strlen(name));
	}
	return mask;
}

int engine_crio_check(struct engine_config *config, struct findings *findings,
		      struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++) {
		const struct toml_value *runtimes =
			toml_find(toml_root(config->files[i].doc), RUNTIME,
				  "runtimes", (char *)NULL);

		for (size_t k = 0; k < toml_count(runtimes); k++) {
			struct crio_handler handler;
			const char *name;

			toml_member(runtimes, k, &name);
			if (name && find_crio_handler(config, name, &handler) &&
			    check_crio_handler(config, &handler, findings,
					       err) < 0)
				return -1;
		}
	}
	engine_config_check_default(config, crio_default_runtime(config), TOPIC,
				    findings);
	return 0;
}
