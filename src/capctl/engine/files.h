/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the engines' configuration files: crio.conf.d with its subdirectories, the
 * imports of containerd's config.toml, containers.conf, and daemon.json.
 * engine_config.h reads them. No engine is queried and no program is run.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_FILES_H
#define CAPRUNTIME_CAPCTL_ENGINE_FILES_H

#include "capctl/engine/engine_config.h"

#define ENGINE_FILE_MAX ((size_t)1024 * 1024)
#define ENGINE_FILES_MAX 64

/*
 * Adds the files of config->kind that exist. A file that cannot be read or
 * parsed is a finding and left out; what only some releases find is a warning.
 */
int engine_files_load(struct engine_config *config, struct findings *findings,
		      struct err *err) MUST_CHECK;

/* The same for further files, before engine_files_load(). */
int engine_files_add(struct engine_config *config, const char *pattern,
		     struct findings *findings, struct err *err) MUST_CHECK;

/*
 * The root file of containerd in a distribution of Kubernetes, from 0 on; NULL:
 * no more. Rests on the documents of k3s, RKE2, k0s and MicroK8s.
 */
const char *engine_files_distribution(size_t index);
/* Instead of engine_files_load(): this root file, if it exists, and its imports. */
int engine_files_load_root(struct engine_config *config, const char *root,
			   struct findings *findings,
			   struct err *err) MUST_CHECK;

/*
 * Does the engine's socket have a listener? podman has no socket, and Docker's is
 * not asked.
 */
bool engine_runs(enum engine kind);

#endif
