/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the engines' configuration lies: the files of crio.conf.d, the imports
 * of containerd's config.toml, containers.conf's places. What they say is
 * engine_config.h. No engine is asked, and nothing is run.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_ENGINE_FILES_H
#define CAPRUNTIME_CAPCTL_DOCTOR_ENGINE_FILES_H

#include "capctl/doctor/engine_config.h"

#define ENGINE_FILE_MAX ((size_t)1024 * 1024)
#define ENGINE_FILES_MAX 64

/*
 * Adds the files of config->kind, none of which need be there. One that cannot
 * be read or parsed is a finding, and left out.
 */
int engine_files_load(struct engine_config *config, struct findings *findings,
		      struct err *err) MUST_CHECK;

/* Does somebody listen at the engine's socket? podman has none. */
bool engine_runs(enum engine kind);

#endif
