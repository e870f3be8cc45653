/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bundle as 'capctl explain' reports it: what capruntime would decide, what
 * the program would hold, and warnings; as text and as JSON.
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_EXPLAIN_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_EXPLAIN_H

#include "capctl/container/bundles.h"
#include "capctl/dryrun.h"
#include "capctl/explain/entrypoint.h"
#include "capctl/finding.h"
#include "capctl/verb.h"

struct json_object;

/* --pod and what belongs to it. */
struct explain_pod_options {
	const char *file; /* "-": standard input; NULL: no manifest */
	const char *engine; /* NULL: the node's, or the policy's */
	const char *namespace; /* of pods that name none; NULL: "default" */
	const char *user; /* the image's; NULL: 0 */
	const char *image; /* its root directory; NULL: not known */
};

struct explain_options {
	struct dryrun_options dryrun;
	const char *all;
	bool with_others; /* --all-handlers */
	struct explain_pod_options pod;
	bool json;
};

/* The bundle of an operand, and every bundle below options->all. */
enum verb_status explain_one(const struct dryrun_host *node,
			     const struct explain_options *options,
			     const struct bundle_operand *operand,
			     struct err *err);
/* A row each; one that fails does not hide the others. */
enum verb_status explain_several(const struct dryrun_host *node,
				 const struct explain_options *options,
				 const struct bundles *bundles);
enum verb_status explain_all(const struct dryrun_host *node,
			     const struct explain_options *options,
			     struct err *err);

struct explained {
	char *runtime; /* that the engine called; NULL: nothing tells */
	struct who who;
	const char *headline; /* lent; NULL: what was decided */
	struct dryrun_host node; /* a copy, with that handler */
	struct dryrun run;
	bool started_here; /* or it runs: no pod of a manifest */
	int32_t pid; /* of its first process, which lives; 0: none */
	bool decided; /* a process of a container: `entry` is filled in */
	struct entrypoint entry;
	struct findings warnings; /* each has a code */
};

#define CLEANUP_EXPLAINED __attribute__((cleanup(explained_free)))

#define EXPLAINED_INIT                                                         \
	{                                                                      \
		.run = {.evaluation = EVALUATION_INIT }                        \
	}

void explained_free(struct explained *explained);

/* With the handler that the engine called, unless --handler names one. */
void explain_begin(struct explained *ret_explained,
		   const struct dryrun_host *node,
		   const struct explain_options *options,
		   const struct bundle_operand *operand);
/* After explain_begin(). As dryrun_bundle(). */
int explain_bundle(struct explained *explained, const char *path,
		   struct err *err) MUST_CHECK;
enum verb_status explained_status(const struct explained *explained);
/* Did an engine start it with another program? */
bool explained_is_of_other(const struct explained *explained);

/*
 * Predicts the program and fills in the warnings, after `run` was decided.
 * `plain`: of a program without set-ID bits and file capabilities, since the
 * image is not known. -1: out of memory.
 */
int explain_finish(struct explained *explained, bool plain,
		   struct err *err) MUST_CHECK;

/*
 * The headline, or dryrun_summary(), and whether its program can use that. The
 * caller frees; NULL: out of memory.
 */
char *explain_headline(const struct explained *explained);
/* Those with which the runtime cannot start the container. */
capmask explain_unstartable(const struct explained *explained);
/* The raised capabilities that the program will not hold. */
capmask explain_lost(const struct explained *explained);
/*
 * Will the container start with everything that the rule grants, and nothing
 * is known that its program would lose?
 */
bool explain_is_good(const struct explained *explained);

/* Was the rule tried, and which key did not match? */
struct explain_trial {
	bool tried;
	const char *failed; /* the first such key; NULL: the rule matches */
};
struct explain_trial explain_try(const struct dryrun *run,
				 const struct policy_rule *rule);

void explain_print(const struct explained *explained);
struct json_object *explain_object(const struct explained *explained);
/* `name` and `why` of one capability that will not be there. */
struct json_object *explain_reason_object(capmask one, const char *why);

/* Fills in explained->warnings. -1: out of memory. */
int explain_warn(struct explained *explained, struct err *err) MUST_CHECK;

#endif
