/* SPDX-License-Identifier: Apache-2.0 */
/* containerd's configuration: see engine_config.h. */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_H
#define CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_H

#include "capctl/engine/engine_config.h"

/* Fills in config->handlers and reports their mistakes. -1: no memory. */
int engine_containerd_check(struct engine_config *config,
			    struct findings *findings,
			    struct err *err) MUST_CHECK;
/*
 * The same of what 'crictl info' prints, where the handlers of the running
 * containerd are: containerd's internal/cri/server, status.go. Has it that form?
 */
int engine_containerd_check_info(struct engine_config *config,
				 struct findings *findings,
				 struct err *err) MUST_CHECK;
bool engine_containerd_is_info(const struct engine_config *config);
/* See engine_default_program(). */
const char *engine_containerd_program(const struct engine_config *config);

#endif
