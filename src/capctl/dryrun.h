/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a create would do with a bundle on this machine: the runtime's modules
 * decide; nothing is written, started or logged.
 */
#ifndef CAPRUNTIME_CAPCTL_DRYRUN_H
#define CAPRUNTIME_CAPCTL_DRYRUN_H

#include "bundle/evaluate.h"
#include "runtime/launch.h"

struct dryrun_options {
	const char *policy; /* a file; NULL: the installed policy */
	const char *handler; /* NULL: "capruntime" */
	const char *id; /* NULL: the record's, else none */
	const char *rule; /* this rule decides; NULL: the first that matches */
};

/* Shared by all bundles. */
struct dryrun_host {
	struct dryrun_options options;
	struct policy policy;
	const struct policy_rule *forced;
	struct own_caps own;
	bool assumed; /* not root: `own` has what root would hold */
	struct launch launch;
	struct err runtime_problem; /* why there is none; "": there is one */
};

#define CLEANUP_DRYRUN_HOST __attribute__((cleanup(dryrun_host_free)))

/* -1: no such policy or rule. The caller frees ret_node, also on -1. */
int dryrun_load(struct dryrun_host *ret_node,
		const struct dryrun_options *options,
		struct err *err) MUST_CHECK;
/*
 * For a copy of it: the handler is the program that an engine called. `runtime`
 * must outlive the copy.
 */
void dryrun_use_handler(struct dryrun_host *copy, const char *runtime);
void dryrun_host_free(struct dryrun_host *node);

struct dryrun {
	const struct dryrun_host *node;
	struct runtime_args args;
	struct evaluation evaluation;
	bool refused; /* the container would not start */
	struct err reason;
};

#define CLEANUP_DRYRUN __attribute__((cleanup(dryrun_free)))

/*
 * `path` is a bundle's directory or a config.json and must outlive ret_run.
 * -1: it cannot be read. The caller frees ret_run, also on -1.
 */
int dryrun_bundle(struct dryrun *ret_run, const struct dryrun_host *node,
		  const char *path, struct err *err) MUST_CHECK;
/*
 * The same for the text of a config.json that is in no bundle, so that no earlier
 * run changed it; `name` is for messages.
 */
int dryrun_config(struct dryrun *ret_run, const struct dryrun_host *node,
		  const char *name, const char *text,
		  struct err *err) MUST_CHECK;
void dryrun_free(struct dryrun *run);

/*
 * After dryrun_bundle(): is what was read the config.json of a container? If the
 * runtime would refuse it, that is the answer.
 */
int dryrun_check_config(const struct dryrun *run, struct err *err) MUST_CHECK;

enum dryrun_outcome {
	DRYRUN_REFUSED,
	DRYRUN_NO_POLICY, /* config.json is not read */
	DRYRUN_SANDBOX,
	DRYRUN_NO_PROCESS,
	DRYRUN_NO_RULE,
	DRYRUN_APPLIED,
	DRYRUN_LEFT_ALONE, /* the rule has no action */
};

enum dryrun_outcome dryrun_outcome(const struct dryrun *run);
/* "refused" …: for programs. */
const char *dryrun_outcome_name(enum dryrun_outcome outcome);
/*
 * The effect of the policy on the bundle, as a sentence. The caller frees;
 * NULL: out of memory.
 */
char *dryrun_summary(const struct dryrun *run);

/*
 * Why a capability is not raised, and what to do. The bit is one of
 * run->evaluation.decision.missing. The caller frees; NULL: out of memory.
 */
char *dryrun_why_missing(const struct dryrun *run, capmask bit);

/* To people, below what a policy in mode audit decides. */
#define DRYRUN_AUDIT_NOTE                                                      \
	"note: mode is audit: the runtime only logs this, and changes and refuses nothing"

/* For an operand: a bundle's directory, else a config.json. */
struct runtime_args dryrun_args(const char *path);

#endif
