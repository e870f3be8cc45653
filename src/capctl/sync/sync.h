/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl sync': its options and the result of one pass. sync.c and policy.c
 * make the pass, print.c prints it.
 */
#ifndef CAPRUNTIME_CAPCTL_SYNC_SYNC_H
#define CAPRUNTIME_CAPCTL_SYNC_SYNC_H

#include "capctl/sync/policy.h"

struct sync_options {
	bool files; /* the sources are files, not a policy directory */
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
	SYNC_IN_SYNC,
	SYNC_CHANGED, /* and in sync now */
	SYNC_DIFFERS, /* with --check */
	SYNC_REFUSED, /* invalid policy */
	SYNC_ERROR,
};

struct sync_pass {
	enum sync_outcome outcome;
	struct sync_policy_counts counts;
	struct deploy target;
	struct err err; /* of SYNC_REFUSED and SYNC_ERROR */
};

/* Prints the names of what was changed, or differs. */
void sync_show_changes(const struct deploy *target);
/* Prints text or, with --json, one line of JSON. */
void sync_show(const struct sync_pass *pass,
	       const struct sync_options *options);

#endif
