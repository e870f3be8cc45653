/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/evaluate.h"

#include <string.h>

#include "bundle/nsinfo.h"

void judge_free(struct judge *judge)
{
	bundle_close(&judge->bundle);
	originals_free(&judge->record);
	free(judge->restored_text);
	spec_free(&judge->spec);
	request_free(&judge->request);
}

bool judge_is_concerned(const struct judge *judge)
{
	return judge->policy->count || judge->bundle.record_text;
}

int judge_read_record(struct judge *judge, struct err *err)
{
	struct bundle *bundle = &judge->bundle;
	struct json_doc doc = { .name = bundle->record_path };

	if (bundle_read_record(bundle, err) < 0)
		return -1;
	if (!bundle->record_text)
		return 0;
	doc.text = bundle->record_text;
	doc.len = strlen(doc.text);
	return originals_parse(&judge->record, &doc, err);
}

const struct originals *judge_record(const struct judge *judge)
{
	return judge->bundle.record_text ? &judge->record : NULL;
}

int judge_read_config(struct judge *judge, struct err *err)
{
	struct bundle *bundle = &judge->bundle;

	if (bundle_read_config(bundle, err) < 0)
		return -1;
	judge->config =
		(struct json_doc){ bundle->config_path, bundle->config_text,
				   bundle->config_len };
	judge->restored.name = judge->config.name;
	if (json_check(&judge->config, err) < 0 ||
	    originals_restore(&judge->config, judge_record(judge),
			      &judge->restored_text, &judge->restored.len,
			      err) < 0)
		return -1;
	judge->restored.text = judge->restored_text;
	return 0;
}

/* Engines show the first bytes of a message, and their paths are long. */
static int err_config(const struct judge *judge, struct err *err)
{
	struct err reason = *err;

	return err_set(err, "%s (%s)", reason.text, judge->config.name);
}

static bool is_host(struct judge *judge, const struct spec_namespace *entry,
		    const char *kind)
{
	enum nsinfo_answer answer = nsinfo_is_own(entry, kind);

	if (answer == NSINFO_UNKNOWN)
		judge->note =
			"a namespace's path cannot be looked at: taken for none of the host's";
	return answer == NSINFO_YES;
}

static void describe_subject(struct judge *judge, const struct proccaps *own)
{
	const struct spec *spec = &judge->spec;
	capmask bounding = spec->sets.set[CAPSET_BOUNDING];
	struct match_subject *subject = &judge->subject;

	subject->texts[MATCH_ID] = judge->args->id;
	subject->texts[MATCH_HANDLER] = judge->handler;
	subject->numbers[MATCH_UID] = spec->uid;
	subject->numbers[MATCH_GID] = spec->gid;
	subject->flags[MATCH_HOST_NETWORK] =
		is_host(judge, &spec->network, "net");
	subject->flags[MATCH_HOST_PID] = is_host(judge, &spec->pid, "pid");
	subject->flags[MATCH_USERNS] = spec->new_userns;
	subject->flags[MATCH_NO_NEW_PRIVILEGES] = spec->no_new_privileges;
	subject->flags[MATCH_PRIVILEGED] = !(own->bounding & ~bounding);
	judge->has_subject = true;
}

static int find_rule(struct judge *judge, const struct proccaps *own,
		     struct err *err)
{
	if (spec_read(&judge->spec, &judge->restored, judge->args->dialect,
		      err) < 0)
		return -1;
	if (!judge->policy->count)
		return 0;
	describe_subject(judge, own);
	if (subject_identify(&judge->subject, &judge->kind, judge->engine,
			     &judge->spec.annotations, err) < 0)
		return err_config(judge, err);
	if (judge->kind == SUBJECT_SANDBOX)
		judge->note = "a sandbox is left alone";
	else if (judge->spec.has_process)
		judge->rule = judge->forced ? judge->forced
					    : policy_find(judge->policy,
							  &judge->subject);
	return 0;
}

/* The .CONTAINER form means something only where an engine vouches for it. */
static int read_request(struct judge *judge, struct err *err)
{
	if (!judge->rule->on_request)
		return 0;
	return request_read(&judge->request, &judge->spec.annotations,
			    judge->subject.texts[MATCH_CONTAINER], err);
}

static int decide_rule(struct judge *judge, const struct proccaps *own,
		       struct err *err)
{
	struct decide_input input = {
		.rule = judge->rule,
		.request = &judge->request,
		.has_capabilities = judge->spec.has_capabilities,
		.new_userns = judge->spec.new_userns,
		.no_new_privileges = judge->spec.no_new_privileges,
		.sets = judge->spec.sets,
		.limits = proccaps_limits(own),
	};

	if (read_request(judge, err) < 0)
		return -1;
	judge->has_decision = true;
	return decide(&judge->decision, &input, err) < 0
		       ? err_config(judge, err)
		       : 0;
}

int judge_decide(struct judge *judge, const struct proccaps *own,
		 struct err *err)
{
	if (find_rule(judge, own, err) < 0)
		return -1;
	return judge->rule ? decide_rule(judge, own, err) : 0;
}
