/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine that would run a pod, and its handlers: named by the admin, read
 * from this node's configuration, or named by the policy.
 */
#ifndef CAPRUNTIME_CAPCTL_POD_ENGINE_H
#define CAPRUNTIME_CAPCTL_POD_ENGINE_H

#include "capctl/engine/engine_config.h"
#include "capctl/engine/installed.h"
#include "capctl/pod/sets.h"

enum pod_engine_source {
	POD_ENGINE_NAMED, /* its built-in defaults */
	POD_ENGINE_NODE,
	POD_ENGINE_POLICY, /* its built-in defaults */
};

struct pod_engine {
	struct pod_sets_engine sets;
	enum pod_engine_source source;
	struct installed installed; /* POD_ENGINE_NODE: knows capruntime */
	struct engine_config config; /* POD_ENGINE_NODE */
};

#define CLEANUP_POD_ENGINE __attribute__((cleanup(pod_engine_free)))

/*
 * `name` is "crio" or "containerd", `policy_engine` what the policy says of the
 * handler. Without a name the node's configuration counts, then the policy.
 * -1: there is none. ret_engine must not move; the caller frees, also on -1.
 */
int pod_engine_choose(struct pod_engine *ret_engine, const char *name,
		      enum engine policy_engine, struct err *err) MUST_CHECK;
void pod_engine_free(struct pod_engine *engine);

/* A handler of the node that calls capruntime; NULL: it does not, or unknown. */
const struct engine_handler *pod_engine_handler(const struct pod_engine *engine,
						const char *name);

#endif
