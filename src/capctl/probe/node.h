/* SPDX-License-Identifier: Apache-2.0 */
/* What a probe's results depend on: kernel, security modules, cgroups, runtime. */
#ifndef CAPRUNTIME_CAPCTL_PROBE_NODE_H
#define CAPRUNTIME_CAPCTL_PROBE_NODE_H

#include <sys/utsname.h>

#include "base/cleanup.h"

struct probe_node {
	struct utsname kernel;
	char *lsm; /* "lockdown,capability,apparmor"; NULL: not known */
	const char *cgroup; /* "v1", "v2", "hybrid"; NULL: none */
	char *runtime_version; /* what it prints first; NULL: not known */
};

/*
 * `runtime` is the path of the real runtime, which is asked until `interrupt`
 * can be read. The caller frees.
 */
void probe_node_read(struct probe_node *ret_node, const char *runtime,
		     int interrupt);
void probe_node_free(struct probe_node *node);

#endif
