/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 'capctl sync' was told, and what came of one look at everything. The
 * looking is sync.c's and sync_policy.h's, the printing sync_print.c's.
 */
#ifndef CAPRUNTIME_CAPCTL_SYNC_SYNC_H
#define CAPRUNTIME_CAPCTL_SYNC_SYNC_H

#include "capctl/sync/policy.h"

struct sync_options {
	bool files; /* the sources are files of any kind, not a policy */
	bool check;
	bool once;
	bool json;
	const char *interval;
	const char *runtime;
	char **sources;
	size_t sources_count;
	const char *target;
};

enum sync_outcome {
	SYNC_IN_STEP,
	SYNC_CHANGED, /* and in step now */
	SYNC_DIFFERS, /* and only looked */
	SYNC_REFUSED, /* the policy is not right */
	SYNC_ERROR,
};

struct sync_pass {
	enum sync_outcome outcome;
	struct sync_policy_counts counts;
	struct deploy target;
	struct err err; /* of the last two */
};

/* In words, or with --json as one line for programs. */
void sync_show(const struct sync_pass *pass,
	       const struct sync_options *options);

#endif
