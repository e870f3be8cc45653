/* SPDX-License-Identifier: Apache-2.0 */
/* containerd's configuration: see engine_config.h. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_H
#define CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_H

#include "capctl/engine/engine_config.h"

/* Fills in config->handlers and reports their mistakes. -1: no memory. */
int engine_containerd_check(struct engine_config *config,
			    struct findings *findings,
			    struct err *err) MUST_CHECK;
/* See engine_default_program(). */
const char *engine_containerd_program(const struct engine_config *config);

#endif
