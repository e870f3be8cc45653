/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the bundle of a probe's case, as an engine would. */
#ifndef CAPRUNTIME_CAPCTL_PROBE_BUNDLE_H
#define CAPRUNTIME_CAPCTL_PROBE_BUNDLE_H

#include "capctl/probe/cases.h"
#include "capctl/probe/payload.h"

struct probe_bundle {
	char *path;
	char *config; /* the text of config.json */
	char *config_path;
	char *record_path; /* where capruntime puts its record */
	char *process_path; /* the process file of a session */
};

#define CLEANUP_PROBE_BUNDLE __attribute__((cleanup(probe_bundle_free)))

/*
 * The names and texts of the bundle of a case; its container has the cgroup
 * `id`. Nothing is written. The caller frees, also on -1.
 */
int probe_bundle_name(struct probe_bundle *ret_bundle,
		      const struct probe_case *test, const char *id,
		      const struct payload *payload,
		      struct err *err) MUST_CHECK;
int probe_bundle_write(const struct probe_bundle *bundle,
		       struct err *err) MUST_CHECK;
void probe_bundle_free(struct probe_bundle *bundle);

#endif
