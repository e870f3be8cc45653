/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's configuration: see engine_config.h. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_DOCKER_H
#define CAPRUNTIME_CAPCTL_ENGINE_DOCKER_H

#include "capctl/engine/engine_config.h"

/* Fills in config->handlers and reports their mistakes. -1: no memory. */
int engine_docker_check(struct engine_config *config, struct findings *findings,
			struct err *err) MUST_CHECK;

#endif
