/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/evaluate.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define OWN_NAMESPACES "/proc/self/ns/"

/* What the audit says where a key of `match` cannot be determined. */
static const char *const notes[MATCH_FLAG_COUNT] = {
	[MATCH_HOST_NETWORK] =
		"cannot examine the path of the network namespace: 'host_network' matches neither true nor false",
	[MATCH_HOST_PID] =
		"cannot examine the path of the PID namespace: 'host_pid' matches neither true nor false",
	[MATCH_USERNS] =
		"cannot examine the path of the user namespace: 'userns' matches neither true nor false",
};

void evaluation_free(struct evaluation *evaluation)
{
	bundle_close(&evaluation->bundle);
	record_free(&evaluation->record);
	free(evaluation->restored_text);
	json_index_free(&evaluation->index);
	spec_free(&evaluation->spec);
	ambient_request_free(&evaluation->request);
}

bool evaluation_is_concerned(const struct evaluation *evaluation)
{
	return evaluation->policy->count || evaluation->bundle.record_text;
}

int evaluation_read_record(struct evaluation *evaluation, struct err *err)
{
	struct bundle *bundle = &evaluation->bundle;
	struct json_doc doc = { .name = bundle->record_path };

	if (bundle_read_record(bundle, err) < 0)
		return -1;
	if (!bundle->record_text)
		return 0;
	doc.text = bundle->record_text;
	doc.len = strlen(doc.text);
	return record_parse(&evaluation->record, &doc, err);
}

const struct record *evaluation_record(const struct evaluation *evaluation)
{
	return evaluation->bundle.record_text ? &evaluation->record : NULL;
}

int evaluation_take_config(struct evaluation *evaluation, struct err *err)
{
	struct bundle *bundle = &evaluation->bundle;

	evaluation->config = (struct json_doc){ .name = bundle->config_path,
						.text = bundle->config_text,
						.len = bundle->config_len,
						.index = &evaluation->index };
	if (json_check(&evaluation->config, err) < 0)
		return -1;
	evaluation->restored = evaluation->config;
	if (!evaluation_record(evaluation))
		return 0;
	if (undo_is_exact(&evaluation->config, evaluation_record(evaluation)))
		evaluation->exact = true;
	if (undo_revert(&evaluation->config, evaluation_record(evaluation),
			evaluation->exact, &evaluation->restored_text,
			&evaluation->restored.len, err) < 0)
		return -1;
	evaluation->restored.text = evaluation->restored_text;
	evaluation->restored.index = NULL; /* the text can differ */
	return 0;
}

int evaluation_read_config(struct evaluation *evaluation, struct err *err)
{
	return bundle_read_config(&evaluation->bundle, err) < 0
		       ? -1
		       : evaluation_take_config(evaluation, err);
}

/* Appends the path: it is long, and engines show the start of a message. */
static int err_config(const struct evaluation *evaluation, struct err *err)
{
	struct err reason = *err;

	return err_set(err, "%s (%s)", reason.text, evaluation->config.name);
}

enum evaluation_namespace
evaluation_namespace(const struct spec_namespace *entry, const char *kind)
{
	char own_path[sizeof(OWN_NAMESPACES) + 16];
	struct stat own, theirs;

	if (!entry->present)
		return NAMESPACE_OWN;
	if (!entry->path)
		return NAMESPACE_OTHER;
	snprintf(own_path, sizeof(own_path), "%s%s", OWN_NAMESPACES, kind);
	if (*entry->path != '/' || stat(own_path, &own) < 0 ||
	    stat(entry->path, &theirs) < 0)
		return NAMESPACE_UNKNOWN;
	return own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino
		       ? NAMESPACE_OWN
		       : NAMESPACE_OTHER;
}

/* Sets the flag to whether the namespace is the `wanted` one. */
static void describe_namespace(struct evaluation *evaluation,
			       enum match_flag flag,
			       enum evaluation_namespace found,
			       enum evaluation_namespace wanted)
{
	evaluation->subject.flags[flag] = found == wanted;
	evaluation->subject.unknown[flag] = found == NAMESPACE_UNKNOWN;
	if (found == NAMESPACE_UNKNOWN && evaluation->policy->asks_flag[flag])
		evaluation->note = notes[flag];
}

/* Asks /proc, so only for what is needed. */
static void describe_if_host(struct evaluation *evaluation,
			     enum match_flag flag,
			     const struct spec_namespace *entry,
			     const char *kind)
{
	if (evaluation->policy->asks_flag[flag] || evaluation->describes_all)
		describe_namespace(evaluation, flag,
				   evaluation_namespace(entry, kind),
				   NAMESPACE_OWN);
}

/*
 * It has SYS_ADMIN and all that capruntime's own set has. Without SYS_ADMIN in
 * it, that one says nothing.
 */
static bool is_privileged(struct own_caps *own, capmask bounding)
{
	return bounding & UINT64_C(1) << CAP_SYS_ADMIN &&
	       own_caps_bounding(own, UINT64_C(1) << CAP_SYS_ADMIN) &&
	       !own_caps_bounding(own, ~bounding);
}

static void describe_subject(struct evaluation *evaluation,
			     struct own_caps *own)
{
	const struct spec *spec = &evaluation->spec;
	struct match_subject *subject = &evaluation->subject;

	subject->texts[MATCH_ID] = evaluation->args->id;
	subject->texts[MATCH_HANDLER] = evaluation->handler;
	subject->numbers[MATCH_UID] = spec->uid;
	subject->numbers[MATCH_GID] = spec->gid;
	describe_if_host(evaluation, MATCH_HOST_NETWORK, &spec->network, "net");
	describe_if_host(evaluation, MATCH_HOST_PID, &spec->pid, "pid");
	describe_namespace(evaluation, MATCH_USERNS, evaluation->userns,
			   NAMESPACE_OTHER);
	subject->flags[MATCH_NO_NEW_PRIVILEGES] = spec->no_new_privileges;
	subject->flags[MATCH_PRIVILEGED] =
		is_privileged(own, spec->sets.set[CAPSET_BOUNDING]);
	evaluation->has_subject = true;
}

static int find_rule(struct evaluation *evaluation, struct own_caps *own,
		     struct err *err)
{
	if (spec_read(&evaluation->spec, &evaluation->restored,
		      evaluation->args->dialect, err) < 0)
		return -1;
	evaluation->userns =
		evaluation_namespace(&evaluation->spec.user, "user");
	if (!evaluation->policy->count)
		return 0;
	describe_subject(evaluation, own);
	if (subject_identify(&evaluation->subject, &evaluation->kind,
			     evaluation->engine, &evaluation->spec.annotations,
			     err) < 0)
		return err_config(evaluation, err);
	if (evaluation->kind == SUBJECT_SANDBOX)
		evaluation->note = "a sandbox is never changed";
	else if (evaluation->spec.has_process)
		evaluation->rule = evaluation->forced
					   ? evaluation->forced
					   : policy_find(evaluation->policy,
							 &evaluation->subject);
	return 0;
}

/* The .CONTAINER form needs a trusted container name. */
static int read_request(struct evaluation *evaluation, struct err *err)
{
	if (!evaluation->rule->on_request)
		return 0;
	return ambient_request_read(
		&evaluation->request, &evaluation->spec.annotations,
		evaluation->subject.texts[MATCH_CONTAINER], err);
}

/*
 * runc makes the label KEY=VALUE of each annotation, and a session without a process
 * file reads the config.json of the bundle that the first label "bundle" names.
 */
static bool names_bundle(const struct annotations *annotations)
{
	static const char label[] = "bundle";
	const size_t len = sizeof(label) - 1;

	for (size_t i = 0; i < annotations->count; i++) {
		const char *key = annotations->list[i].key;

		if (strncmp(key, label, len) == 0 &&
		    (!key[len] || key[len] == '='))
			return true;
	}
	return false;
}

static int check_sessions(const struct evaluation *evaluation, struct err *err)
{
	const struct policy_rule *rule = evaluation->rule;

	if (!rule->exec || !decide_narrows(rule) ||
	    evaluation->args->dialect != RUNTIME_RUNC ||
	    !names_bundle(&evaluation->spec.annotations))
		return 0;
	return err_set(
		err,
		"rule '%s': exec: the annotation 'bundle' leads a session by hand, 'runc exec', to another config.json: remove the annotation",
		rule->name);
}

static void note_ceiling(struct evaluation *evaluation)
{
	const struct decision *decision = &evaluation->decision;

	if ((decision->wanted | evaluation->rule->inheritable) &
	    evaluation->policy->above_ceiling)
		evaluation->note = "the rule is cut to the policy's 'ceiling'";
}

static void note_stray(struct evaluation *evaluation, const struct stray *stray)
{
	if (!(evaluation->decision.missing & stray->meant))
		return;
	stray_text(stray, evaluation->stray_note);
	evaluation->note = evaluation->stray_note;
}

/* setuid(2) from 0 clears the ambient set, capabilities(7). */
static void note_root(struct evaluation *evaluation)
{
	if (evaluation->rule->require && evaluation->decision.raised &&
	    evaluation->spec.uid == 0)
		evaluation->note =
			"'require' is met, but user 0 loses what is raised when it becomes another user";
}

static int decide_rule(struct evaluation *evaluation, struct own_caps *own,
		       struct err *err)
{
	struct decide_input input = {
		.rule = evaluation->rule,
		.request = &evaluation->request,
		.has_capabilities = evaluation->spec.has_capabilities,
		.other_userns = evaluation->userns == NAMESPACE_OTHER,
		.no_new_privileges = evaluation->spec.no_new_privileges,
		.sets = evaluation->spec.sets,
		.limits = own_caps_limits(
			own, evaluation->rule->ambient |
				     evaluation->rule->inheritable),
		.above_ceiling = evaluation->policy->above_ceiling,
	};
	capmask lacking =
		evaluation->rule->ambient & ~input.sets.set[CAPSET_BOUNDING];

	if (read_request(evaluation, err) < 0)
		return -1;
	if (lacking)
		input.stray = stray_find(&evaluation->restored,
					 &evaluation->spec, lacking);
	evaluation->has_decision = true;
	if (decide(&evaluation->decision, &input, err) < 0 ||
	    check_sessions(evaluation, err) < 0)
		return err_config(evaluation, err);
	note_stray(evaluation, &input.stray);
	note_ceiling(evaluation);
	note_root(evaluation);
	return 0;
}

capmask evaluation_unstartable(const struct evaluation *evaluation,
			       struct own_caps *own)
{
	const struct spec *spec = &evaluation->spec;
	bool changed = evaluation->has_decision &&
		       evaluation->policy->mode == POLICY_ENFORCE;
	const capmask *set =
		changed ? evaluation->decision.sets.set : spec->sets.set;
	capmask effective = set[CAPSET_EFFECTIVE] & ~set[CAPSET_PERMITTED];
	capmask inheritable = set[CAPSET_INHERITABLE] & ~set[CAPSET_BOUNDING];
	capmask lacking = set[CAPSET_PERMITTED] | set[CAPSET_EFFECTIVE] |
			  set[CAPSET_INHERITABLE];

	if (!spec->has_process || !spec->has_capabilities)
		return 0;
	if (evaluation->userns == NAMESPACE_OWN)
		lacking &= ~own_caps_bounding(own, lacking & own->permitted);
	else
		lacking = 0;
	return (lacking | effective | inheritable) & own->kernel;
}

int evaluation_decide(struct evaluation *evaluation, struct own_caps *own,
		      struct err *err)
{
	capmask unstartable;

	if (find_rule(evaluation, own, err) < 0 ||
	    (evaluation->rule && decide_rule(evaluation, own, err) < 0))
		return -1;
	unstartable = evaluation_unstartable(evaluation, own);
	if (own_caps_check(own, err) < 0)
		return -1;
	if (unstartable)
		evaluation->note =
			"the runtime cannot start this container: its permitted, effective or inheritable set has a capability that the engine does not hold or the other sets do not allow";
	return 0;
}

bool evaluation_may_match_other(const struct evaluation *evaluation)
{
	return evaluation->has_subject && evaluation->spec.has_process &&
	       evaluation->kind != SUBJECT_SANDBOX &&
	       policy_may_match_other(evaluation->policy, &evaluation->subject);
}
