/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates the policy for one bundle: reads config.json and the record beside
 * it, identifies the container, finds the rule and decides the five sets.
 * Writes nothing. Both capruntime's create and capctl use it, so that explain
 * shows what create does.
 */
#ifndef CAPRUNTIME_BUNDLE_EVALUATE_H
#define CAPRUNTIME_BUNDLE_EVALUATE_H

#include "bundle/files.h"
#include "caps/own.h"
#include "policy/decide.h"
#include "policy/policy.h"
#include "spec/spec.h"

enum evaluation_namespace { NAMESPACE_OTHER, NAMESPACE_OWN, NAMESPACE_UNKNOWN };

/* The caller sets what is lent; the rest is zeroed. */
struct evaluation {
	const struct runtime_args *args; /* lent */
	const char *handler; /* lent */
	const struct policy *policy; /* lent */
	const struct policy_rule
		*forced; /* lent; NULL: the rule that matches */
	bool describes_all; /* in `subject`, also what no rule asks for */
	struct bundle bundle;
	struct record record; /* if bundle.record_text is not NULL */
	bool exact; /* undo_revert(); set to revert on the admin's word */
	struct json_doc config; /* as on disk */
	struct json_doc restored; /* before our changes; NULL: not read */
	char *restored_text; /* NULL: it is that of config.json */
	struct spec spec; /* of `restored` */
	enum evaluation_namespace userns; /* that the container enters */
	enum engine engine;
	struct json_index index; /* of config */
	bool has_subject;
	enum subject_kind kind;
	struct match_subject subject;
	const struct policy_rule *rule; /* NULL: none matches */
	struct ambient_request request;
	bool has_decision;
	struct decision decision;
	const char *note; /* for the audit; NULL: none */
	char stray_note[STRAY_TEXT_MAX]; /* what `note` can be */
};

#define CLEANUP_EVALUATION __attribute__((cleanup(evaluation_free)))

/* No descriptor is open: evaluation_free() is valid at any time. */
#define EVALUATION_INIT                                                        \
	{                                                                      \
		.bundle = { .directory = -1, .config = -1 },                   \
		.userns = NAMESPACE_OWN                                        \
	}

void evaluation_free(struct evaluation *evaluation);

/*
 * After bundle_open(): read the record, if there is one, then config.json,
 * which the record reverts to `restored`.
 */
int evaluation_read_record(struct evaluation *evaluation,
			   struct err *err) MUST_CHECK;
int evaluation_read_config(struct evaluation *evaluation,
			   struct err *err) MUST_CHECK;

/* The second half of evaluation_read_config(): bundle.config_text is there. */
int evaluation_take_config(struct evaluation *evaluation,
			   struct err *err) MUST_CHECK;

/* Is there a rule or a record? If not, config.json is not read. */
bool evaluation_is_concerned(const struct evaluation *evaluation);

/* NULL: there is no record. */
const struct record *evaluation_record(const struct evaluation *evaluation);

/*
 * Finds subject, rule and decision, after evaluation_read_config(). `own`: the
 * capabilities that a container can get. -1: the container must not start.
 */
int evaluation_decide(struct evaluation *evaluation, struct own_caps *own,
		      struct err *err) MUST_CHECK;

/*
 * After evaluation_decide(): the capabilities with which the runtime cannot
 * start the container, whatever a rule says. capset(2) fails for a permitted,
 * effective or inheritable set with one that its caller lacks, unless it enters
 * another user namespace; and where effective exceeds permitted, or inheritable
 * bounding.
 */
capmask evaluation_unstartable(const struct evaluation *evaluation,
			       struct own_caps *own);

/*
 * After evaluation_decide(): could a rule match another container in this bundle?
 * Until the runtime has read config.json, that one must not change it, so the
 * record names the owner even if nothing changes.
 */
bool evaluation_may_match_other(const struct evaluation *evaluation);

/*
 * Does a container share our own namespace of this kind, a file name in
 * /proc/self/ns: "net", "pid", "user"? Without an entry it does; an entry with
 * a path is compared by device and inode, namespaces(7). Unknown: stat(2) fails,
 * or the path is relative, which each runtime resolves in its own way.
 */
enum evaluation_namespace
evaluation_namespace(const struct spec_namespace *entry, const char *kind);

#endif
