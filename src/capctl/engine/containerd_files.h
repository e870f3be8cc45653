/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mistakes between containerd's files: versions that do not fit together, and
 * tables that containerd, or some of its releases, do not use.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_FILES_H
#define CAPRUNTIME_CAPCTL_ENGINE_CONTAINERD_FILES_H

#include "capctl/engine/engine_config.h"

void containerd_files_check(const struct engine_config *config,
			    struct findings *findings);

#endif
