/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings a node's policy in step with one that was handed over in a directory,
 * as the kubelet mounts a ConfigMap: read once, judged as the runtime would
 * judge it, and only when it is right renamed into place.
 *
 * What was handed over is believed: whoever can write there writes the policy.
 */
#ifndef CAPRUNTIME_CAPCTL_SYNC_POLICY_H
#define CAPRUNTIME_CAPCTL_SYNC_POLICY_H

#include "capctl/sync/deploy.h"

enum sync_policy_status {
	SYNC_POLICY_DONE, /* or with only_look: looked; see the changes */
	SYNC_POLICY_REFUSED, /* `err` says why; nothing was changed */
	SYNC_POLICY_ERROR, /* could not look, or not write everything */
};

struct sync_policy_counts {
	size_t files;
	size_t rules;
};

/*
 * `source` holds policy.json, and NAME.json for what is to be
 * policy.d/NAME.json; no other name is allowed, unless it begins with a dot. A
 * file of policy.d that is not in `source` is removed. Each file is replaced
 * at once, several one after the other, those that are the same not at all.
 */
enum sync_policy_status sync_policy_run(const char *source,
					struct deploy *target,
					struct sync_policy_counts *ret_counts,
					struct err *err) MUST_CHECK;

#endif
