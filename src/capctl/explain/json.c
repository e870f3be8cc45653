/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>

#include "capctl/explain/explain.h"
#include "capctl/out.h"

static struct json_object *text_object(const struct evaluation *evaluation,
				       enum match_text text)
{
	struct json_object *object = json_object_new_object();
	const char *key = subject_text_key(evaluation->engine, text);

	json_object_object_add(object, "value",
			       out_json_text(evaluation->subject.texts[text]));
	json_object_object_add(object, "annotation", out_json_text(key));
	return object;
}

static struct json_object *subject_object(const struct evaluation *evaluation)
{
	struct json_object *object = json_object_new_object();

	for (int i = 0; i < MATCH_TEXT_COUNT; i++)
		json_object_object_add(
			object, match_text_key((enum match_text)i),
			text_object(evaluation, (enum match_text)i));
	for (int i = 0; i < MATCH_NUMBER_COUNT; i++)
		json_object_object_add(
			object, match_number_key((enum match_number)i),
			json_object_new_int64(evaluation->subject.numbers[i]));
	for (int i = 0; i < MATCH_FLAG_COUNT; i++)
		json_object_object_add(
			object, match_flag_key((enum match_flag)i),
			evaluation->subject.unknown[i]
				? NULL
				: json_object_new_boolean(
					  evaluation->subject.flags[i]));
	return object;
}

static const char *trial_name(const struct dryrun *run,
			      const struct policy_rule *rule,
			      const struct explain_trial *trial)
{
	if (rule == run->evaluation.forced)
		return "forced";
	if (!trial->tried)
		return "not_tried";
	return trial->failed ? "no" : "decides";
}

static struct json_object *rules_array(const struct dryrun *run)
{
	struct json_object *array = json_object_new_array();
	const struct policy *policy = run->evaluation.policy;

	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		struct explain_trial trial = explain_try(run, rule);
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "name",
				       out_json_text(rule->name));
		json_object_object_add(object, "file",
				       out_json_text(rule->file));
		json_object_object_add(
			object, "result",
			out_json_text(trial_name(run, rule, &trial)));
		json_object_object_add(object, "failed",
				       out_json_text(trial.failed));
		json_object_array_add(array, object);
	}
	return array;
}

struct json_object *explain_reason_object(capmask one, const char *why)
{
	struct json_object *object = json_object_new_object();
	struct json_object *names = out_json_names(one);

	json_object_object_add(
		object, "name",
		json_object_get(json_object_array_get_idx(names, 0)));
	json_object_put(names);
	if (!why)
		out_fail();
	json_object_object_add(object, "why", out_json_text(why));
	return object;
}

static struct json_object *missing_array(const struct dryrun *run)
{
	struct json_object *array = json_object_new_array();

	for (int bit = 0; bit < 64; bit++) {
		capmask one = UINT64_C(1) << bit;
		char *why CLEANUP_FREE = NULL;

		if (!(run->evaluation.decision.missing & one))
			continue;
		why = dryrun_why_missing(run, one);
		json_object_array_add(array, explain_reason_object(one, why));
	}
	return array;
}

static void add_decided_sets(struct json_object *object,
			     const struct evaluation *evaluation)
{
	const struct capsets *before = &evaluation->spec.sets;
	bool changed = evaluation->has_decision;

	json_object_object_add(object, "before", out_json_sets(before));
	json_object_object_add(
		object, "after",
		out_json_sets(changed ? &evaluation->decision.sets : before));
	json_object_object_add(
		object, "no_new_privileges",
		json_object_new_boolean(
			changed ? evaluation->decision.no_new_privileges
				: evaluation->spec.no_new_privileges));
	json_object_object_add(object, "wanted",
			       out_json_names(evaluation->decision.wanted));
	json_object_object_add(object, "raised",
			       out_json_names(evaluation->decision.raised));
}

static struct json_object *reasons_array(unsigned int why)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < EXECVE_WHY_COUNT; i++)
		if (why & 1U << i)
			json_object_array_add(array,
					      out_json_text(execve_why_word(
						      (enum execve_why)i)));
	return array;
}

static struct json_object *program_object(const struct entrypoint *entry)
{
	struct json_object *object = json_object_new_object();
	const struct execve_result *result = &entry->result;

	json_object_object_add(object, "name", out_json_text(entry->name));
	json_object_object_add(object, "path", out_json_text(entry->path));
	json_object_object_add(object, "interpreter",
			       out_json_text(entry->interpreter));
	json_object_object_add(
		object, "unknown",
		out_json_text(entry->found ? NULL : entry->reason.text));
	if (!entry->found)
		return object;
	json_object_object_add(object, "executable",
			       json_object_new_boolean(!result->refused));
	json_object_object_add(object, "sets", out_json_sets(&result->sets));
	json_object_object_add(object, "euid",
			       json_object_new_int64(result->euid));
	json_object_object_add(object, "secure",
			       json_object_new_boolean(result->secure));
	json_object_object_add(object, "reasons", reasons_array(result->why));
	return object;
}

static struct json_object *warnings_array(const struct findings *warnings)
{
	static const struct finding_key keys[] = {
		{ "code", FINDING_FIELD_CODE },
		{ "text", FINDING_FIELD_TEXT },
	};

	return findings_json(warnings, keys, ARRAY_LEN(keys));
}

struct json_object *explain_object(const struct explained *explained)
{
	struct json_object *object = json_object_new_object();
	const struct dryrun *run = &explained->run;
	const struct evaluation *evaluation = &run->evaluation;
	const struct policy_rule *rule = evaluation->rule;

	json_object_object_add(object, "config",
			       out_json_text(evaluation->bundle.config_path));
	json_object_object_add(object, "identity", who_object(&explained->who));
	json_object_object_add(object, "runtime",
			       out_json_text(explained->runtime));
	json_object_object_add(
		object, "outcome",
		out_json_text(dryrun_outcome_name(dryrun_outcome(run))));
	json_object_object_add(object, "reason",
			       out_json_text(run->refused ? run->reason.text
							  : evaluation->note));
	json_object_object_add(
		object, "mode",
		out_json_text(policy_mode_name(evaluation->policy->mode)));
	json_object_object_add(
		object, "engine",
		out_json_text(engine_policy_name(evaluation->engine)));
	json_object_object_add(
		object, "record",
		json_object_new_boolean(evaluation_record(evaluation) != NULL));
	json_object_object_add(
		object, "subject",
		evaluation->has_subject ? subject_object(evaluation) : NULL);
	json_object_object_add(object, "rules", rules_array(run));
	json_object_object_add(object, "rule",
			       out_json_text(rule ? rule->name : NULL));
	json_object_object_add(object, "exec",
			       json_object_new_boolean(rule && rule->exec));
	add_decided_sets(object, evaluation);
	json_object_object_add(object, "missing", missing_array(run));
	json_object_object_add(object, "unknown",
			       out_json_text(evaluation->request.unknown));
	json_object_object_add(
		object, "program",
		explained->decided ? program_object(&explained->entry) : NULL);
	json_object_object_add(object, "warnings",
			       warnings_array(&explained->warnings));
	return object;
}
