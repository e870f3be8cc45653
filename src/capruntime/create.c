/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/create.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/trust.h"
#include "bundle/evaluate.h"
#include "bundle/owner.h"
#include "capruntime/audit.h"
#include "capruntime/exec_link.h"
#include "capruntime/exec_link_sweep.h"
#include "policy/files.h"
#include "runtime/root.h"
#include "spec/patch.h"

/* One create, run or restore. */
struct job {
	struct policy policy;
	struct evaluation evaluation;
	struct exec_key key;
	bool exists; /* a container of this id */
	bool is_taken; /* the id: by that one, or by a link */
	struct err taken; /* by whom */
	char *capabilities; /* the object to write; NULL: no change */
};

#define CLEANUP_JOB __attribute__((cleanup(job_free)))

static void job_free(struct job *job)
{
	evaluation_free(&job->evaluation);
	policy_free(&job->policy);
	free(job->capabilities);
}

static int decide_by_policy(struct evaluation *evaluation, struct err *err)
{
	struct own_caps own;

	if (own_caps_read_on_demand(&own, err) < 0)
		return -1;
	return evaluation_decide(evaluation, &own, err);
}

/* Makes the capabilities object to write, if it changes. */
static int make_capabilities(struct job *job, struct err *err)
{
	const struct evaluation *evaluation = &job->evaluation;
	struct json_value value = evaluation->spec.capabilities;
	struct edits edits CLEANUP_EDITS = { 0 };

	if (!evaluation->decision.touches_sets)
		return 0;
	if (patch_capabilities(&edits, &evaluation->restored, value,
			       &evaluation->decision.sets,
			       evaluation->decision.drop_unknown, err) < 0)
		return -1;
	if (!edits.count)
		return 0;
	return edits_apply_value(&edits, &evaluation->restored, value,
				 &job->capabilities, NULL, err);
}

static bool is_audit_mode(const struct job *job)
{
	return job->policy.mode == POLICY_AUDIT;
}

/* After the record: another create would remove a dangling link. */
static int make_exec_link(const struct job *job, bool narrows, struct err *err)
{
	const struct bundle *bundle = &job->evaluation.bundle;
	char *directory CLEANUP_FREE = realpath(bundle->directory_path, NULL);
	char *path CLEANUP_FREE = NULL;
	int record CLEANUP_FD = -1;

	if (!directory)
		return err_set_errno(err, errno, "'%s'",
				     bundle->directory_path);
	path = alloc_text("%s/%s", directory, bundle->record_name);
	if (!path)
		return err_set_no_memory(err);
	if (trust_open(path, &record, err) < 0 ||
	    exec_link_make(&job->key, path, narrows, err) < 0)
		return err_wrap(err, "rule '%s': exec",
				job->evaluation.rule->name);
	return 0;
}

/*
 * Another container that lives in this bundle may not be done with its files. If
 * neither of the two changes anything, the first one's record stays, unless the
 * record must also name this one as the owner.
 */
static int check_owner(const struct job *job, const struct undo_plan *plan,
		       bool *ret_lives, struct err *err)
{
	const struct record *record = evaluation_record(&job->evaluation);
	struct err in_use;

	*ret_lives =
		record &&
		owner_check(&record->about, job->key.root, job->key.id,
			    "delete it, or use another bundle", &in_use) < 0;
	if (!*ret_lives || (!plan->record && !plan->owner &&
			    !plan->config.count && !record_is_needed(record)))
		return 0;
	*err = in_use;
	return -1;
}

static int write_bundle_files(struct job *job, const struct undo_target *target,
			      struct err *err)
{
	struct evaluation *evaluation = &job->evaluation;
	const struct policy_rule *rule = evaluation->rule;
	/* An exec session reads the record and not the policy. */
	capmask above_ceiling = job->policy.above_ceiling;
	/* The plan does not change these. */
	struct record_about about = {
		.id = (char *)(uintptr_t)evaluation->args->id,
		.root = (char *)(uintptr_t)job->key.root,
		.rule = rule ? (char *)(uintptr_t)rule->name : NULL,
		.uid = evaluation->spec.uid,
		.wanted = evaluation->decision.wanted & ~above_ceiling,
		.ambient = rule ? rule->ambient : 0,
		.inheritable = rule ? rule->inheritable & ~above_ceiling : 0,
		.drop = rule ? rule->drop : 0,
		.drop_others = rule && rule->drop_others,
		.no_new_privileges = rule && rule->no_new_privileges,
		.exec = rule && rule->exec && !is_audit_mode(job),
		.new_userns = evaluation->userns == NAMESPACE_OTHER,
	};
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	bool other_lives;

	if (undo_prints_record(target, &about))
		owner_set_process(&about);
	if (undo_plan_make(&plan, &evaluation->config, &evaluation->restored,
			   evaluation_record(evaluation),
			   evaluation->bundle.record_text, target, &about,
			   err) < 0 ||
	    check_owner(job, &plan, &other_lives, err) < 0)
		return -1;
	if (other_lives)
		return 0;
	if (bundle_write_record(&evaluation->bundle, &plan, err) < 0)
		return -1;
	if (about.exec &&
	    make_exec_link(job, record_narrows(&about), err) < 0) {
		bundle_undo_record(&evaluation->bundle, &plan);
		return -1;
	}
	return bundle_write_config(&evaluation->bundle, &plan, err);
}

static int write_decision(struct job *job, struct err *err)
{
	struct undo_target target = { 0 };

	if (make_capabilities(job, err) < 0)
		return -1;
	target.values[RECORD_CAPABILITIES] = job->capabilities;
	if (job->evaluation.decision.no_new_privileges &&
	    !job->evaluation.spec.no_new_privileges)
		target.values[RECORD_NO_NEW_PRIVILEGES] = "true";
	target.names_owner = evaluation_may_match_other(&job->evaluation);
	return write_bundle_files(job, &target, err);
}

/* An id that cannot be checked counts as taken. */
static void check_id(struct job *job, bool again)
{
	struct exec_key *key = &job->key;
	int status = runtime_root_has_container(key->root, key->id,
						&job->exists, &job->taken);

	if (status == 0 && job->exists)
		err_set(&job->taken, "container '%s' already exists under '%s'",
			key->id, key->root);
	job->exists = status < 0 || job->exists;
	job->is_taken =
		job->exists || ((again || exec_link_sweep(key)) &&
				exec_link_release(key, &job->taken) < 0);
}

/* Nothing of the container that has this id is touched. */
static int refuse_taken(const struct job *job, struct err *err)
{
	*err = job->taken;
	return -1;
}

static bool is_refused(const struct job *job)
{
	return job->exists || (job->is_taken && !is_audit_mode(job));
}

static int open_bundle(struct job *job, struct err *err)
{
	struct evaluation *evaluation = &job->evaluation;

	if (bundle_open(&evaluation->bundle, evaluation->args, err) < 0)
		return -1;
	/* Without rules and files of ours nothing is written. */
	if (is_refused(job) ||
	    (!job->policy.count && !bundle_has_files(&evaluation->bundle)))
		return 0;
	if (bundle_lock(&evaluation->bundle, err) < 0)
		return -1;
	/* Another create of the same id may have had the lock. */
	check_id(job, true);
	return is_refused(job) ? refuse_taken(job, err) : 0;
}

/* Without a policy, the runtime reports a missing bundle itself. */
static bool is_left_to_runtime(const struct job *job)
{
	return !job->policy.count && job->evaluation.bundle.is_missing;
}

static int enforce_policy(struct job *job, struct err *err)
{
	if (job->is_taken && job->policy.count)
		return refuse_taken(job, err);
	if (open_bundle(job, err) < 0)
		return is_left_to_runtime(job) ? 0 : -1;
	if (evaluation_read_record(&job->evaluation, err) < 0)
		return -1;
	if (!evaluation_is_concerned(&job->evaluation))
		return 0;
	if (job->is_taken)
		return refuse_taken(job, err);
	if (evaluation_read_config(&job->evaluation, err) < 0 ||
	    decide_by_policy(&job->evaluation, err) < 0)
		return -1;
	return write_decision(job, err);
}

/* Mode audit: reverts an earlier grant; does not use an untrusted record. */
static int revert_grant(struct job *job, struct err *err)
{
	struct undo_target nothing = { 0 };
	struct err ignored;
	int status;

	if (open_bundle(job, err) < 0)
		return is_left_to_runtime(job) ? 0 : -1;
	status = evaluation_read_record(&job->evaluation, err);
	if (status < 0) {
		free(job->evaluation.bundle.record_text);
		job->evaluation.bundle.record_text = NULL;
	}
	if (status == 0 && !evaluation_is_concerned(&job->evaluation))
		return 0;
	if (evaluation_read_config(&job->evaluation,
				   status < 0 ? &ignored : err) < 0)
		return -1;
	if (status < 0 || !job->evaluation.bundle.record_text)
		return status;
	return write_bundle_files(job, &nothing, err);
}

/*
 * Mode audit: reverts an earlier grant, decides for the audit, and refuses
 * nothing. The first error is the one to log. A policy that was not loaded
 * completely decides nothing.
 */
static int audit_create(struct job *job, int loaded, struct err *err)
{
	struct err later;
	int status = loaded;

	if (job->is_taken && status == 0 && job->policy.count)
		status = refuse_taken(job, err);
	if (job->exists)
		return status;
	if (revert_grant(job, status < 0 ? &later : err) < 0)
		status = -1;
	if (loaded == 0 && job->evaluation.restored.text &&
	    decide_by_policy(&job->evaluation, status < 0 ? &later : err) < 0)
		status = -1;
	return status;
}

static int check_restore(const struct policy_rule *rule, struct err *err)
{
	static const char why[] =
		"a checkpoint brings its own capabilities, which no rule changes";

	if (rule && rule->restore)
		return 0;
	if (rule)
		return err_set(
			err,
			"restore refused: %s: to permit it, add '\"restore\": true' to rule '%s'",
			why, rule->name);
	return err_set(
		err,
		"restore refused: no rule matches, and %s: to permit it, add a rule with '\"restore\": true'",
		why);
}

/*
 * CRIU gives the processes the sets in its image, whatever config.json says. So
 * the bundle is evaluated as for a create and not changed.
 */
static int evaluate_restore(struct job *job, struct err *err)
{
	struct evaluation *evaluation = &job->evaluation;

	if (!job->policy.count)
		return 0;
	/* Of a container that exists the runtime speaks. */
	if (job->is_taken && !job->exists)
		return refuse_taken(job, err);
	if (bundle_open(&evaluation->bundle, evaluation->args, err) < 0 ||
	    evaluation_read_record(evaluation, err) < 0 ||
	    evaluation_read_config(evaluation, err) < 0 ||
	    decide_by_policy(evaluation, err) < 0)
		return -1;
	evaluation->note = "restored with the sets of its checkpoint";
	return check_restore(evaluation->rule, err);
}

static bool is_restore(const struct job *job)
{
	return job->evaluation.args->verb == RUNTIME_RESTORE;
}

static enum audit_outcome audit_outcome_of(const struct job *job, int status)
{
	if (status < 0)
		return is_audit_mode(job) ? AUDIT_WOULD_REFUSE : AUDIT_REFUSED;
	if (!job->evaluation.rule)
		return AUDIT_NO_RULE;
	return is_audit_mode(job) ? AUDIT_WOULD_APPLY : AUDIT_APPLIED;
}

static void write_audit(const struct job *job, const char *runtime, int status,
			const struct err *err)
{
	struct audit_event event = {
		.outcome = audit_outcome_of(job, status),
		.verb = runtime_verb_name(job->evaluation.args->verb),
		.runtime = runtime,
		.mode = job->policy.mode,
		.engine = job->evaluation.engine,
		.subject = job->evaluation.has_subject
				   ? &job->evaluation.subject
				   : NULL,
		.rule = job->evaluation.rule,
		.before = job->evaluation.has_subject
				  ? &job->evaluation.spec.sets
				  : NULL,
		.decision = job->evaluation.has_decision && !is_restore(job)
				    ? &job->evaluation.decision
				    : NULL,
		.unknown = job->evaluation.request.unknown,
		.reason = status < 0 ? err->text : job->evaluation.note,
		.id = job->evaluation.args->id,
		.handler = job->evaluation.handler,
	};

	if (event.outcome == AUDIT_NO_RULE &&
	    (!job->policy.count || !job->policy.audit_all))
		return;
	audit_write(&job->policy, &event);
}

int create_prepare(const struct runtime_args *args, const char *handler,
		   const char *runtime, int *ret_lock, struct err *err)
{
	struct job job CLEANUP_JOB = { .evaluation = EVALUATION_INIT };
	int status = policy_files_load(&job.policy, err);

	job.exists = job.is_taken =
		exec_key_init(&job.key, args, runtime, &job.taken) < 0;
	if (!job.exists)
		check_id(&job, false);
	job.evaluation.args = args;
	job.evaluation.handler = handler;
	job.evaluation.policy = &job.policy;
	job.evaluation.engine = policy_engine(&job.policy, handler);
	if (status < 0)
		err_wrap(err, "load policy");
	if (is_restore(&job))
		status = status < 0 ? -1 : evaluate_restore(&job, err);
	else if (job.policy.mode == POLICY_AUDIT)
		status = audit_create(&job, status, err);
	else if (status == 0)
		status = enforce_policy(&job, err);
	write_audit(&job, runtime, status, err);
	*ret_lock = TAKE_FD(job.evaluation.bundle.directory);
	return job.policy.mode == POLICY_AUDIT ? 0 : status;
}
