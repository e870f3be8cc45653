/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine's configuration, read as the engine reads it: which handlers call
 * capruntime, and what is set there that must not be. Pure: the files were
 * found and parsed elsewhere (engine_files.h), whether the programs that they
 * name are in order is node_engines.h.
 *
 * Rests on: crio.conf(5) and crio.conf.d(5); containerd's docs/cri/config.md
 * and `containerd config dump` of 1.6.20; containers.conf(5).
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_ENGINE_CONFIG_H
#define CAPRUNTIME_CAPCTL_DOCTOR_ENGINE_CONFIG_H

#include "base/cleanup.h"
#include "capctl/doctor/toml.h"
#include "capctl/finding.h"
#include "policy/identity.h"

/* The first of those that have a configuration, up to ENGINE_COUNT. */
#define ENGINE_FIRST ENGINE_CRIO

struct engine_file {
	char *name;
	struct toml_doc *doc;
};

/* One that calls capruntime. The texts are the documents'. */
struct engine_handler {
	const char *name; /* what a RuntimeClass says */
	const char *path; /* of the program; NULL: looked for in PATH */
	const char *file;
	bool gets_requests; /* pods' annotations capruntime.io/... arrive */
};

struct engine_config {
	enum engine kind;
	bool (*names_us)(const char *path); /* is this capruntime? */
	struct engine_file *files; /* in the order they are read in */
	size_t files_count;
	struct engine_handler *handlers;
	size_t handlers_count;
};

#define CLEANUP_ENGINE __attribute__((cleanup(engine_config_free)))

/* "CRI-O", "containerd", "podman". */
const char *engine_name(enum engine kind);

/* Parses and adds the next file; takes neither text. -1: the place. */
int engine_config_add(struct engine_config *config, const char *name,
		      const char *text, size_t len, struct err *err) MUST_CHECK;

/* Fills in the handlers and tells what is wrong with them. */
int engine_config_judge(struct engine_config *config, struct findings *findings,
			struct err *err) MUST_CHECK;
void engine_config_free(struct engine_config *config);

/*
 * For the readers of each engine. A handler twice counts once: the first.
 */
int engine_config_handler(struct engine_config *config,
			  struct engine_handler handler,
			  struct err *err) MUST_CHECK;
bool engine_config_has(const struct engine_config *config, const char *name);
/* Warns where `name`, the engine's default handler, is one of ours. */
void engine_config_judge_default(const struct engine_config *config,
				 const char *name, const char *topic,
				 struct findings *findings);
/* Does the list hold a string for which `is` holds? */
bool engine_list_has(const struct toml_value *list,
		     bool (*is)(const char *text, const void *context),
		     const void *context);

int engine_crio_judge(struct engine_config *config, struct findings *findings,
		      struct err *err) MUST_CHECK;
int engine_containerd_judge(struct engine_config *config,
			    struct findings *findings,
			    struct err *err) MUST_CHECK;
int engine_podman_judge(struct engine_config *config, struct findings *findings,
			struct err *err) MUST_CHECK;

#endif
