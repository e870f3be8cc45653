/* SPDX-License-Identifier: Apache-2.0 */
/* CRI-O's configuration: see engine_config.h. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CRIO_H
#define CAPRUNTIME_CAPCTL_ENGINE_CRIO_H

#include "capctl/engine/engine_config.h"
#include "caps/set.h"

/* Fills in config->handlers and reports their mistakes. -1: no memory. */
int engine_crio_check(struct engine_config *config, struct findings *findings,
		      struct err *err) MUST_CHECK;
/*
 * The capabilities of a container that adds and drops none, and whether they
 * are inheritable, too: default_capabilities, add_inheritable_capabilities.
 */
capmask engine_crio_defaults(const struct engine_config *config,
			     bool *ret_inheritable);
/* See engine_default_program(). */
const char *engine_crio_program(const struct engine_config *config);

#endif
