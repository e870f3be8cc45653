/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "bundle.h"
#include "nsinfo.h"
#include "patch.h"
#include "policy_files.h"
#include "proccaps.h"
#include "session_link.h"
#include "spec.h"

/* One create or run; what is owned is released by job_free(). */
struct job {
	const struct runtime_args *args;
	const char *handler;
	struct policy policy;
	enum subject_engine engine;
	struct bundle bundle;
	struct originals record;
	struct json_doc config; /* as it stands */
	struct json_doc restored; /* as it was before a change of ours */
	char *restored_text;
	struct spec spec; /* of `restored` */
	bool has_subject;
	struct match_subject subject;
	const struct policy_rule *rule; /* NULL: none matches */
	struct request request;
	bool has_decision;
	struct decision decision;
	const char *note; /* for the audit; NULL: none */
	char *capabilities; /* to be written; NULL: no change */
};

#define CLEANUP_JOB __attribute__((cleanup(job_free)))

static void job_free(struct job *job)
{
	policy_free(&job->policy);
	bundle_close(&job->bundle);
	originals_free(&job->record);
	free(job->restored_text);
	spec_free(&job->spec);
	request_free(&job->request);
	free(job->capabilities);
}

/* Is there a policy or a record, so that config.json counts at all? */
static bool is_concerned(const struct job *job)
{
	return job->policy.count || job->bundle.record_text;
}

static int read_record(struct job *job, struct err *err)
{
	struct bundle *bundle = &job->bundle;
	struct json_doc doc = { .name = bundle->record_path };

	if (bundle_read_record(bundle, err) < 0)
		return -1;
	if (!bundle->record_text)
		return 0;
	doc.text = bundle->record_text;
	doc.len = strlen(doc.text);
	return originals_parse(&job->record, &doc, err);
}

static const struct originals *record_or_none(const struct job *job)
{
	return job->bundle.record_text ? &job->record : NULL;
}

/* config.json as it stands, and as it was before a change of ours. */
static int read_config(struct job *job, struct err *err)
{
	struct bundle *bundle = &job->bundle;

	if (bundle_read_config(bundle, err) < 0)
		return -1;
	job->config =
		(struct json_doc){ bundle->config_path, bundle->config_text,
				   bundle->config_len };
	job->restored.name = job->config.name;
	if (json_check(&job->config, err) < 0 ||
	    originals_restore(&job->config, record_or_none(job),
			      &job->restored_text, &job->restored.len, err) < 0)
		return -1;
	job->restored.text = job->restored_text;
	return 0;
}

/* Engines show the first bytes of a message, and their paths are long. */
static int err_config(const struct job *job, struct err *err)
{
	struct err reason = *err;

	return err_set(err, "%s (%s)", reason.text, job->config.name);
}

static bool is_host(struct job *job, const struct spec_namespace *entry,
		    const char *kind)
{
	enum nsinfo_answer answer = nsinfo_is_own(entry, kind);

	if (answer == NSINFO_UNKNOWN)
		job->note =
			"a namespace's path cannot be looked at: taken for none of the host's";
	return answer == NSINFO_YES;
}

static void describe_subject(struct job *job, const struct proccaps *own)
{
	const struct spec *spec = &job->spec;
	capmask bounding = spec->sets.set[CAPSET_BOUNDING];
	struct match_subject *subject = &job->subject;

	subject->texts[MATCH_ID] = job->args->id;
	subject->texts[MATCH_HANDLER] = job->handler;
	subject->numbers[MATCH_UID] = spec->uid;
	subject->numbers[MATCH_GID] = spec->gid;
	subject->flags[MATCH_HOST_NETWORK] =
		is_host(job, &spec->network, "net");
	subject->flags[MATCH_HOST_PID] = is_host(job, &spec->pid, "pid");
	subject->flags[MATCH_USERNS] = spec->new_userns;
	subject->flags[MATCH_NO_NEW_PRIVILEGES] = spec->no_new_privileges;
	subject->flags[MATCH_PRIVILEGED] = !(own->bounding & ~bounding);
	job->has_subject = true;
}

static int find_rule(struct job *job, const struct proccaps *own,
		     struct err *err)
{
	enum subject_kind kind;

	if (spec_read(&job->spec, &job->restored, job->args->dialect, err) < 0)
		return -1;
	if (!job->policy.count)
		return 0;
	describe_subject(job, own);
	if (subject_identify(&job->subject, &kind, job->engine,
			     &job->spec.annotations, err) < 0)
		return err_config(job, err);
	if (kind == SUBJECT_SANDBOX)
		job->note = "a sandbox is left alone";
	else if (job->spec.has_process)
		job->rule = policy_find(&job->policy, &job->subject);
	return 0;
}

/* The .CONTAINER form means something only where an engine vouches for it. */
static int read_request(struct job *job, struct err *err)
{
	if (!job->rule->on_request)
		return 0;
	return request_read(&job->request, &job->spec.annotations,
			    job->subject.texts[MATCH_CONTAINER], err);
}

static int decide_rule(struct job *job, const struct proccaps *own,
		       struct err *err)
{
	struct decide_input input = {
		.rule = job->rule,
		.request = &job->request,
		.has_capabilities = job->spec.has_capabilities,
		.new_userns = job->spec.new_userns,
		.no_new_privileges = job->spec.no_new_privileges,
		.sets = job->spec.sets,
		.limits = proccaps_limits(own),
	};

	if (read_request(job, err) < 0)
		return -1;
	job->has_decision = true;
	return decide(&job->decision, &input, err) < 0 ? err_config(job, err)
						       : 0;
}

/* What the policy says of this container. */
static int judge(struct job *job, struct err *err)
{
	struct proccaps own;

	if (proccaps_read(&own, err) < 0 || find_rule(job, &own, err) < 0)
		return -1;
	return job->rule ? decide_rule(job, &own, err) : 0;
}

/* The capabilities object to write, unless it would stay what it is. */
static int make_capabilities(struct job *job, struct err *err)
{
	struct json_value value = job->spec.capabilities;

	if (!job->decision.touches_sets)
		return 0;
	if (patch_capabilities(&job->restored, value, &job->decision.sets,
			       job->decision.drop_unknown, &job->capabilities,
			       err) < 0)
		return -1;
	if (patch_stands(&job->restored, value, job->capabilities)) {
		free(job->capabilities);
		job->capabilities = NULL;
	}
	return 0;
}

static bool observes(const struct job *job)
{
	return job->policy.mode == POLICY_AUDIT;
}

/* So that exec sessions find the record. It leads nowhere until that is
 * written: no harm, a create that fails has no sessions. */
static int make_link(const struct job *job, struct err *err)
{
	struct session_key key = { job->args->root, job->args->id };
	char *directory CLEANUP_FREE =
		realpath(job->bundle.directory_path, NULL);
	char *path CLEANUP_FREE = NULL;

	if (!directory)
		return err_set_errno(err, errno, "'%s'",
				     job->bundle.directory_path);
	if (asprintf(&path, "%s/%s", directory, job->bundle.record_name) < 0) {
		path = NULL;
		return err_set(err, "out of memory");
	}
	if (session_link_make(&key, path, err) < 0)
		return err_wrap(err, "rule '%s': exec", job->rule->name);
	return 0;
}

static int write_files(struct job *job, const struct originals_target *target,
		       struct err *err)
{
	const struct policy_rule *rule = job->rule;
	/* Lent to the plan, which changes none of them. */
	struct originals_about about = {
		.id = (char *)(uintptr_t)job->args->id,
		.root = (char *)(uintptr_t)job->args->root,
		.rule = rule ? rule->name : NULL,
		.uid = job->spec.uid,
		.wanted = job->decision.wanted,
		.inheritable = rule ? rule->inheritable : 0,
		.drop = rule ? rule->drop : 0,
		.drop_others = rule && rule->drop_others,
		.no_new_privileges = rule && rule->no_new_privileges,
		.exec = rule && rule->exec && !observes(job),
		.new_userns = job->spec.new_userns,
	};
	struct originals_plan plan CLEANUP_PLAN = { 0 };

	if (originals_make_plan(&plan, &job->config, &job->restored,
				record_or_none(job), job->bundle.record_text,
				target, &about, err) < 0)
		return -1;
	if (about.exec && make_link(job, err) < 0)
		return -1;
	return bundle_write(&job->bundle, &plan, err);
}

static int change(struct job *job, struct err *err)
{
	struct originals_target target = { 0 };

	if (make_capabilities(job, err) < 0)
		return -1;
	target.values[ORIGINALS_CAPABILITIES] = job->capabilities;
	if (job->decision.no_new_privileges && !job->spec.no_new_privileges)
		target.values[ORIGINALS_NO_NEW_PRIVILEGES] = "true";
	return write_files(job, &target, err);
}

/* Without a policy the runtime may say itself what is wrong. */
static bool is_runtimes_matter(const struct job *job)
{
	return !job->policy.count && job->bundle.is_missing;
}

static int enforce(struct job *job, struct err *err)
{
	if (bundle_open(&job->bundle, job->args, err) < 0)
		return is_runtimes_matter(job) ? 0 : -1;
	if (read_record(job, err) < 0)
		return -1;
	if (!is_concerned(job))
		return 0;
	if (read_config(job, err) < 0 || judge(job, err) < 0)
		return -1;
	return change(job, err);
}

/* An earlier grant goes, a record that cannot be believed is not used. */
static int take_back(struct job *job, struct err *err)
{
	struct originals_target nothing = { 0 };
	struct err ignored;
	int status;

	if (bundle_open(&job->bundle, job->args, err) < 0)
		return is_runtimes_matter(job) ? 0 : -1;
	status = read_record(job, err);
	if (status < 0) {
		free(job->bundle.record_text);
		job->bundle.record_text = NULL;
	}
	if (status == 0 && !is_concerned(job))
		return 0;
	if (read_config(job, status < 0 ? &ignored : err) < 0)
		return -1;
	if (status < 0 || !job->bundle.record_text)
		return status;
	return write_files(job, &nothing, err);
}

/*
 * Mode audit: an earlier grant is taken back, what enforce would do is looked
 * at, and nothing is refused. The first trouble is the one that counts; a
 * policy that was not read whole decides nothing.
 */
static int observe(struct job *job, int loaded, struct err *err)
{
	struct err later;
	int status = loaded;

	if (take_back(job, status < 0 ? &later : err) < 0)
		status = -1;
	if (loaded == 0 && job->restored.text &&
	    judge(job, status < 0 ? &later : err) < 0)
		status = -1;
	return status;
}

static enum audit_outcome outcome(const struct job *job, int status)
{
	if (status < 0)
		return observes(job) ? AUDIT_WOULD_REFUSE : AUDIT_REFUSED;
	if (!job->rule)
		return AUDIT_NO_RULE;
	return observes(job) ? AUDIT_WOULD_APPLY : AUDIT_APPLIED;
}

static void audit(const struct job *job, const char *runtime, int status,
		  const struct err *err)
{
	struct audit_event event = {
		.outcome = outcome(job, status),
		.verb = job->args->verb == RUNTIME_RUN ? "run" : "create",
		.runtime = runtime,
		.mode = job->policy.mode,
		.engine = job->engine,
		.subject = job->has_subject ? &job->subject : NULL,
		.rule = job->rule,
		.before = job->has_subject ? &job->spec.sets : NULL,
		.decision = job->has_decision ? &job->decision : NULL,
		.unknown = job->request.unknown,
		.reason = status < 0 ? err->text : job->note,
		.id = job->args->id,
		.handler = job->handler,
	};

	if (event.outcome == AUDIT_NO_RULE &&
	    (!job->policy.count || !job->policy.audit_all))
		return;
	audit_write(&job->policy, &event);
}

int prepare_bundle(const struct runtime_args *args, const char *handler,
		   const char *runtime, struct err *err)
{
	struct job job CLEANUP_JOB = { .args = args,
				       .handler = handler,
				       .bundle = { .directory = -1,
						   .config = -1 } };
	struct session_key key = { args->root, args->id };
	int status = policy_files_load(&job.policy, err);

	session_link_remove(&key);
	session_link_sweep(&key);
	job.engine = policy_engine(&job.policy, handler);
	if (status < 0)
		err_wrap(err, "load policy");
	if (job.policy.mode == POLICY_AUDIT)
		status = observe(&job, status, err);
	else if (status == 0)
		status = enforce(&job, err);
	audit(&job, runtime, status, err);
	return job.policy.mode == POLICY_AUDIT ? 0 : status;
}
