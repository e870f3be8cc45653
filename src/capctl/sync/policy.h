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

enum policy_sync_status {
	POLICY_SYNC_DONE, /* or with only_look: looked; see the changes */
	POLICY_SYNC_REFUSED, /* `err` says why; nothing was changed */
	POLICY_SYNC_TROUBLE, /* could not look, or not write everything */
};

struct policy_sync_counts {
	size_t files;
	size_t rules;
};

/*
 * `source` holds policy.json, and NAME.json for what is to be
 * policy.d/NAME.json; no other name is allowed, unless it begins with a dot. A
 * file of policy.d that is not in `source` is removed. Each file is replaced
 * at once, several one after the other, those that are the same not at all.
 */
enum policy_sync_status policy_sync(const char *source,
				    struct placement *target,
				    struct policy_sync_counts *ret_counts,
				    struct err *err) MUST_CHECK;

#endif
