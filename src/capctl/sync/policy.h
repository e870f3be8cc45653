/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates a node's policy from a source directory, for example a ConfigMap that
 * the kubelet mounts: reads the source once, checks it as the runtime does, and
 * renames the files into place only if they are valid.
 *
 * The source is trusted: write access to it is write access to the policy.
 */
#ifndef CAPRUNTIME_CAPCTL_SYNC_POLICY_H
#define CAPRUNTIME_CAPCTL_SYNC_POLICY_H

#include "capctl/sync/deploy.h"

enum sync_policy_status {
	SYNC_POLICY_DONE, /* with only_look: compared; see the changes */
	SYNC_POLICY_REFUSED, /* invalid policy, see `err`; nothing changed */
	SYNC_POLICY_ERROR, /* could not read, or not write all files */
};

struct sync_policy_counts {
	size_t files;
	size_t rules;
};

/*
 * `source` contains policy.json, and a NAME.json for each policy.d/NAME.json.
 * Names that begin with a dot are ignored, other names are refused. A file of
 * policy.d that is not in `source` is removed. Files are replaced one by one,
 * each atomically; equal files are not written.
 */
enum sync_policy_status sync_policy_run(const char *source,
					struct deploy *target,
					struct sync_policy_counts *ret_counts,
					struct err *err) MUST_CHECK;

#endif
