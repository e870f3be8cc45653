/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "prepare.h"

#include <string.h>

#include "bundle.h"
#include "decide.h"
#include "patch.h"
#include "policy_files.h"
#include "proccaps.h"
#include "spec.h"

/* One create or run; what is owned is released by job_free(). */
struct job {
	const struct runtime_args *args;
	const char *handler;
	struct policy policy;
	struct bundle bundle;
	struct originals record;
	struct json_doc config; /* as it stands */
	struct json_doc restored; /* as it was before a change of ours */
	char *restored_text;
	struct spec spec; /* of `restored` */
	const struct policy_rule *rule; /* NULL: none matches */
	struct decision decision;
	char *capabilities; /* to be written; NULL: no change */
};

#define CLEANUP_JOB __attribute__((cleanup(job_free)))

static void job_free(struct job *job)
{
	policy_free(&job->policy);
	bundle_close(&job->bundle);
	originals_free(&job->record);
	free(job->restored_text);
	free(job->capabilities);
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

static int read_config(struct job *job, struct err *err)
{
	struct bundle *bundle = &job->bundle;

	if (bundle_read_config(bundle, err) < 0)
		return -1;
	job->config =
		(struct json_doc){ bundle->config_path, bundle->config_text,
				   bundle->config_len };
	return json_check(&job->config, err);
}

static const struct originals *record_or_none(const struct job *job)
{
	return job->bundle.record_text ? &job->record : NULL;
}

static int restore(struct job *job, struct err *err)
{
	job->restored.name = job->config.name;
	if (originals_restore(&job->config, record_or_none(job),
			      &job->restored_text, &job->restored.len, err) < 0)
		return -1;
	job->restored.text = job->restored_text;
	return spec_read(&job->spec, &job->restored, job->args->dialect, err);
}

static void find_rule(struct job *job, const struct proccaps *own)
{
	const struct spec *spec = &job->spec;
	capmask bounding = spec->sets.set[CAPSET_BOUNDING];
	struct match_subject subject = {
		.texts = { [MATCH_ID] = job->args->id,
			   [MATCH_HANDLER] = job->handler },
		.numbers = { [MATCH_UID] = spec->uid, [MATCH_GID] = spec->gid },
		.flags = { [MATCH_USERNS] = spec->new_userns,
			   [MATCH_NO_NEW_PRIVILEGES] = spec->no_new_privileges,
			   [MATCH_PRIVILEGED] =
				   (own->bounding & ~bounding) == 0 },
	};

	if (spec->has_process)
		job->rule = policy_find(&job->policy, &subject);
}

static int decide_sets(struct job *job, const struct proccaps *own,
		       struct err *err)
{
	struct decide_input input = {
		.rule = job->rule,
		.has_capabilities = job->spec.has_capabilities,
		.new_userns = job->spec.new_userns,
		.sets = job->spec.sets,
		.limits = { .kernel = own->kernel,
			    .held = own->permitted & own->bounding,
			    .ambient_forbidden = own->ambient_forbidden },
	};

	if (decide(&job->decision, &input, err) < 0)
		return err_wrap(err, "'%s'", job->config.name);
	return 0;
}

/* The capabilities object to write, unless it would stay what it is. */
static int make_capabilities(struct job *job, struct err *err)
{
	struct json_value value = job->spec.capabilities;

	if (!job->decision.touches_sets)
		return 0;
	if (patch_capabilities(&job->restored, value, &job->decision.sets,
			       false, &job->capabilities, err) < 0)
		return -1;
	if (strlen(job->capabilities) == value.end - value.start &&
	    memcmp(job->capabilities, job->restored.text + value.start,
		   value.end - value.start) == 0) {
		free(job->capabilities);
		job->capabilities = NULL;
	}
	return 0;
}

static int apply_rule(struct job *job, struct err *err)
{
	struct proccaps own;

	if (proccaps_read(&own, err) < 0)
		return -1;
	find_rule(job, &own);
	if (!job->rule)
		return 0;
	if (decide_sets(job, &own, err) < 0)
		return -1;
	return make_capabilities(job, err);
}

static int write_files(struct job *job, struct err *err)
{
	struct originals_target target = {
		.values = { [ORIGINALS_CAPABILITIES] = job->capabilities },
	};
	/* Lent to the plan, which changes none of them. */
	struct originals_about about = {
		.id = (char *)(uintptr_t)job->args->id,
		.root = (char *)(uintptr_t)job->args->root,
		.rule = job->rule ? job->rule->name : NULL,
		.uid = job->spec.uid,
		.wanted = job->decision.wanted,
	};
	struct originals_plan plan CLEANUP_PLAN = { 0 };

	if (originals_make_plan(&plan, &job->config, &job->restored,
				record_or_none(job), job->bundle.record_text,
				&target, &about, err) < 0)
		return -1;
	return bundle_write(&job->bundle, &plan, err);
}

int prepare_bundle(const struct runtime_args *args, const char *handler,
		   struct err *err)
{
	struct job job CLEANUP_JOB = { .args = args,
				       .handler = handler,
				       .bundle = { .directory = -1,
						   .config = -1 } };

	if (policy_files_load(&job.policy, err) < 0)
		return err_wrap(err, "load policy");
	/* Without a policy the runtime may say itself what is wrong. */
	if (bundle_open(&job.bundle, args, err) < 0)
		return job.policy.count ? -1 : 0;
	if (read_record(&job, err) < 0)
		return -1;
	if (!job.policy.count && !job.bundle.record_text)
		return 0;

	if (read_config(&job, err) < 0 || restore(&job, err) < 0 ||
	    apply_rule(&job, err) < 0)
		return -1;
	return write_files(&job, err);
}
