/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five sets that an engine writes into a container's config.json, from what
 * the container's securityContext adds and drops. Pure.
 *
 * Rests on: CRI-O's SpecSetupCapabilities(), containerd's WithCapabilities(), and
 * what both wrote (tests/data/fixtures).
 */
#ifndef CAPRUNTIME_CAPCTL_POD_SETS_H
#define CAPRUNTIME_CAPCTL_POD_SETS_H

#include "capctl/pod/spec.h"
#include "caps/own.h"
#include "policy/identity.h"

/* How an engine makes the sets. */
struct pod_sets_engine {
	enum engine kind; /* ENGINE_CRIO or ENGINE_CONTAINERD */
	capmask defaults; /* without add and drop */
	bool inheritable; /* CRI-O's add_inheritable_capabilities */
};

/* containerd's; CRI-O's are in its configuration. */
capmask pod_sets_containerd_defaults(void);

/*
 * `own` has what the engine holds. *ret_unknown is the word to add that CRI-O
 * refuses the container for; NULL: none.
 */
struct capsets pod_sets_make(const struct pod_sets_engine *engine,
			     const struct pod_container *container,
			     const struct own_caps *own,
			     const char **ret_unknown);

/*
 * The capability that this engine reads in a word of add or drop; 0: none, or
 * "ALL". containerd puts "CAP_" before every word.
 */
capmask pod_sets_capability(enum engine kind, const char *word);
bool pod_sets_is_all(const char *word);

/* The capabilities to add; "ALL" is all. */
capmask pod_sets_added(const struct pod_sets_engine *engine,
		       const struct pod_container *container,
		       const struct own_caps *own);

#endif
