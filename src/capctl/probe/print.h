/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the results of a probe. */
#ifndef CAPRUNTIME_CAPCTL_PROBE_PRINT_H
#define CAPRUNTIME_CAPCTL_PROBE_PRINT_H

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/probe/node.h"
#include "capctl/probe/result.h"

struct probe_report {
	const char *program; /* capruntime */
	const char *handler;
	const char *runtime; /* the path of the real runtime */
	struct probe_node node;
	struct probe_results results;
	bool complete; /* every case was tried */
	bool wrong_only; /* leave out what is as predicted */
};

int probe_print(const struct probe_report *report, struct err *err) MUST_CHECK;
void probe_print_json(const struct probe_report *report);

#endif
