/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the engines whose configuration is read. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_ENGINE_H
#define CAPRUNTIME_CAPCTL_ENGINE_ENGINE_H

#include "capctl/engine/engine_config.h"

/* Calls the check of config->kind. -1: out of memory. */
int engine_check(struct engine_config *config, struct findings *findings,
		 struct err *err) MUST_CHECK;

/*
 * What CRI-O's or containerd's default handler calls as an OCI runtime: a
 * path, or a name that the engine searches in its PATH. NULL: the configuration
 * names none.
 */
const char *engine_default_program(const struct engine_config *config);

#endif
