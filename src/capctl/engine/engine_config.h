/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine's configuration files, parsed, and the handlers in them that call
 * capruntime. This module has the data that all engines share; engine_crio,
 * engine_containerd (with containerd_tables and containerd_files), engine_docker
 * and engine_podman read the files as their engine does and report mistakes;
 * engine_files finds the files. None of them makes a system call but the last.
 *
 * See crio.conf(5) and crio.conf.d(5); containerd's docs/cri/config.md;
 * containers.conf(5); dockerd(8).
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CONFIG_H
#define CAPRUNTIME_CAPCTL_ENGINE_CONFIG_H

#include "base/cleanup.h"
#include "capctl/engine/toml.h"
#include "capctl/finding.h"
#include "policy/identity.h"

/* The engines that have a configuration: from here up to ENGINE_COUNT. */
#define ENGINE_FIRST ENGINE_CRIO

struct engine_file {
	char *name;
	struct toml_doc *doc;
	bool by_default; /* no file names it, but new releases read it */
};

/* A handler that calls capruntime. The documents own its strings. */
struct engine_handler {
	const char *name; /* as in a RuntimeClass */
	const char *path; /* of the program; NULL: the engine searches PATH */
	const char *file;
	const char *root; /* where its runtime keeps state; NULL: the default */
	bool gets_requests; /* the pod's capruntime.io/... annotations arrive */
};

struct engine_config {
	enum engine kind;
	bool (*is_capruntime)(const void *context, const char *path);
	const void *context; /* for is_capruntime() */
	struct engine_file *files; /* in the order the engine reads them */
	size_t files_count;
	struct engine_handler *handlers;
	size_t handlers_count;
};

#define CLEANUP_ENGINE __attribute__((cleanup(engine_config_free)))

/* "CRI-O", "containerd", "podman", "Docker". */
const char *engine_name(enum engine kind);

/* Parses and appends a file; copies both strings. -1: invalid TOML or JSON. */
int engine_config_add(struct engine_config *config, const char *name,
		      const char *text, size_t len, struct err *err) MUST_CHECK;
/* The same for JSON from an engine whose files are TOML. */
int engine_config_add_json(struct engine_config *config, const char *name,
			   const char *text, size_t len,
			   struct err *err) MUST_CHECK;
void engine_config_free(struct engine_config *config);

bool engine_config_is_capruntime(const struct engine_config *config,
				 const char *path);
/* Appends a handler, unless there is one with this name. */
int engine_config_add_handler(struct engine_config *config,
			      struct engine_handler handler,
			      struct err *err) MUST_CHECK;
bool engine_config_has_handler(const struct engine_config *config,
			       const char *name);
/* Warns if `name`, the engine's default handler, calls capruntime. */
void engine_config_check_default(const struct engine_config *config,
				 const char *name, const char *topic,
				 struct findings *findings);
/* Does is() hold for a string of the list? */
bool engine_list_has(const struct toml_value *list,
		     bool (*is)(const char *text, const void *context),
		     const void *context);

#endif
