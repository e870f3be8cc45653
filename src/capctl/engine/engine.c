/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/engine.h"

#include "capctl/engine/containerd.h"
#include "capctl/engine/crio.h"
#include "capctl/engine/docker.h"
#include "capctl/engine/podman.h"

int engine_check(struct engine_config *config, struct findings *findings,
		 struct err *err)
{
	static int (*const checks[ENGINE_COUNT])(
		struct engine_config *, struct findings *, struct err *) = {
		[ENGINE_CRIO] = engine_crio_check,
		[ENGINE_CONTAINERD] = engine_containerd_check,
		[ENGINE_PODMAN] = engine_podman_check,
		[ENGINE_DOCKER] = engine_docker_check,
	};

	return checks[config->kind](config, findings, err);
}

const char *engine_default_program(const struct engine_config *config)
{
	return config->kind == ENGINE_CRIO ? engine_crio_program(config)
					   : engine_containerd_program(config);
}
