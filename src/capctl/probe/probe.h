/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl doctor --probe': runs small containers through capruntime and the real
 * runtime of this node, and compares what they hold with what 'capctl explain'
 * predicts. Works in a place of its own (place.h) and touches no container, file
 * or policy of the node.
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_PROBE_H
#define CAPRUNTIME_CAPCTL_PROBE_PROBE_H

#include "capctl/verb.h"

struct probe_options {
	const char *program; /* capruntime */
	const char *handler; /* whose real runtime is tried */
	bool json;
	bool wrong_only; /* print only the differences */
};

/* A signal ends the process, after its containers. */
enum verb_status probe_run(const struct probe_options *options,
			   struct err *err);

#endif
