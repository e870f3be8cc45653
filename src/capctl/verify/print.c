/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/verify/verify.h"

/* The label lives as long as the findings; NULL: out of memory. */
static const char *add_topic(struct verify_output *output,
			     const struct verify_result *result)
{
	char **topics = reallocarray(output->topics, output->topics_count + 1,
				     sizeof(*topics));

	if (!topics)
		return NULL;
	output->topics = topics;
	topics[output->topics_count] =
		who_label(result->who, result->container->id);
	return topics[output->topics_count++];
}

static void add_drift(struct findings *findings,
		      const struct verify_result *result, const char *topic)
{
	for (int i = 0; i < DRIFT_COUNT; i++) {
		enum drift_finding which = (enum drift_finding)i;

		if (result->drift.found[i])
			findings_add_like(
				findings,
				(struct finding){
					.level = FINDING_ERROR,
					.code = drift_word(which),
					.topic = topic,
					.names = result->drift.names[i],
				},
				"%s", drift_text(which));
	}
}

static capmask unused_grants(const struct verify_result *result)
{
	return verify_has_grants(result) ? result->granted & ~result->used : 0;
}

static const char *clean_text(const struct verify_result *result)
{
	if (result->stale)
		return "not running, and its bundle is gone";
	if (!result->facts.running)
		return "not running";
	if (result->rule)
		return "holds what was granted; the current policy decides the same";
	/* Restored from a checkpoint, or 'capctl restore' took the record. */
	return result->applies_today
		       ? "no rule is on record; holds what the current policy decides"
		       : "no rule was applied, and none applies now";
}

static void add_state(struct verify_output *output, const char *topic,
		      enum finding_level level, const char *code,
		      const char *text)
{
	findings_add_like(&output->findings,
			  (struct finding){ .level = level,
					    .code = code,
					    .topic = topic },
			  "%s", text);
}

static void add_clean(struct verify_output *output,
		      const struct verify_result *result, const char *topic)
{
	struct finding other = { .level = FINDING_OK,
				 .code = "other",
				 .topic = topic };

	if (result->origin != VERIFY_OTHER)
		add_state(output, topic, FINDING_OK,
			  result->stale ? "stale" : "ok", clean_text(result));
	else
		findings_add_like(
			&output->findings, other,
			"started by '%s', not by capruntime: the policy does not apply",
			result->runtime);
}

static void add_used(struct verify_output *output,
		     const struct verify_result *result, const char *topic)
{
	struct finding used = { .level = FINDING_OK,
				.code = "used",
				.topic = topic,
				.names = result->granted & result->used };
	struct finding unused = { .level = FINDING_WARNING,
				  .code = "unused",
				  .topic = topic,
				  .names = unused_grants(result) };

	if (used.names)
		findings_add_like(&output->findings, used,
				  "used while watched");
	if (unused.names)
		findings_add_like(&output->findings, unused,
				  "not used while watched");
}

static void add_rows(struct verify_output *output,
		     const struct verify_result *result)
{
	const char *topic = add_topic(output, result);

	output->findings.failed |= !topic;
	if (*result->error.text)
		add_state(output, topic, FINDING_UNKNOWN, "unknown",
			  result->error.text);
	else if (verify_is_clean(result))
		add_clean(output, result, topic);
	add_drift(&output->findings, result, topic);
	if (result->refused_today)
		add_state(
			output, topic, FINDING_ERROR, "refused",
			"the current policy would refuse to start it (see capctl explain)");
	if (output->watched)
		add_used(output, result, topic);
}

/* NULL: it was not watched. */
static struct json_object *json_used(const struct verify_result *result)
{
	struct json_object *object;

	if (*result->error.text || !result->facts.running)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "used",
			       out_json_mask(result->granted & result->used));
	json_object_object_add(object, "unused",
			       out_json_mask(unused_grants(result)));
	return object;
}

static struct json_object *json_watched(const struct usage_watched *watched)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "seconds",
			       json_object_new_int64(watched->seconds));
	json_object_object_add(object, "source",
			       out_json_text(watched->source));
	json_object_object_add(object, "lost",
			       json_object_new_uint64(watched->lost));
	json_object_object_add(object, "complete",
			       json_object_new_boolean(!watched->lost));
	return object;
}

static struct json_object *json_drift(const struct verify_result *result)
{
	static const struct finding_key keys[] = {
		{ "code", FINDING_FIELD_CODE },
		{ "names", FINDING_FIELD_NAMES },
	};
	struct findings findings CLEANUP_FINDINGS = { 0 };

	add_drift(&findings, result, NULL);
	if (findings.failed)
		out_fail();
	return findings_json(&findings, keys, ARRAY_LEN(keys));
}

static struct json_object *json_result(const struct verify_result *result,
				       bool with_usage)
{
	static const char *const origins[] = {
		[VERIFY_CAPRUNTIME] = "capruntime",
		[VERIFY_OTHER] = "other",
		[VERIFY_UNKNOWN] = "unknown",
	};
	struct json_object *object = json_object_new_object();
	const struct container *container = result->container;
	const struct drift_facts *facts = &result->facts;
	bool known = !*result->error.text && !result->stale;

	json_object_object_add(object, "id", out_json_text(container->id));
	json_object_object_add(object, "identity", who_object(result->who));
	json_object_object_add(object, "root", out_json_text(container->root));
	json_object_object_add(object, "bundle",
			       out_json_text(container->state.bundle));
	json_object_object_add(
		object, "pid",
		facts->running ? json_object_new_int(container->state.pid)
			       : NULL);
	json_object_object_add(object, "runtime",
			       out_json_text(result->runtime));
	json_object_object_add(object, "origin",
			       json_object_new_string(origins[result->origin]));
	json_object_object_add(object, "rule", out_json_text(result->rule));
	json_object_object_add(
		object, "error",
		out_json_text(*result->error.text ? result->error.text : NULL));
	json_object_object_add(object, "given",
			       known ? out_json_sets(&facts->given.sets)
				     : NULL);
	json_object_object_add(object, "held",
			       facts->running ? out_json_sets(&facts->held.sets)
					      : NULL);
	json_object_object_add(object, "today",
			       known && !result->refused_today
				       ? out_json_sets(&facts->today.sets)
				       : NULL);
	json_object_object_add(object, "refused_today",
			       json_object_new_boolean(result->refused_today));
	json_object_object_add(object, "findings", json_drift(result));
	if (with_usage)
		json_object_object_add(object, "usage", json_used(result));
	return object;
}

void verify_output_open(struct verify_output *ret_output, bool json,
			bool wrong_only, const struct usage_watched *watched)
{
	*ret_output = (struct verify_output){ .findings.wrong_only = wrong_only,
					      .watched = watched };
	if (json)
		ret_output->list = json_object_new_array();
}

void verify_output_add(struct verify_output *output,
		       const struct verify_result *result)
{
	bool is_unknown = *result->error.text != '\0';
	bool is_good = !is_unknown && verify_is_clean(result);
	bool has_unused = output->watched && unused_grants(result);

	output->containers++;
	output->unknown += is_unknown;
	output->clean += is_good;
	output->with_unused += has_unused;
	if (!output->list)
		add_rows(output, result);
	else if (!is_good || has_unused || !output->findings.wrong_only)
		json_object_array_add(
			output->list,
			json_result(result, output->watched != NULL));
}

static void print_watched(const struct usage_watched *watched)
{
	if (!watched->source) {
		out_line(
			OUT_FAINT,
			"nothing is granted to a running container: nothing was watched");
		return;
	}
	out_line(
		OUT_FAINT,
		"watched for %" PRId64
		" s: 'unused' does not mean 'not needed' (see capctl learn --confirm)",
		watched->seconds);
	if (watched->lost)
		out_line(OUT_BAD,
			 "incomplete: %" PRIu64
			 " events of the kernel are lost",
			 watched->lost);
}

/* Of one container its row says everything. */
static void print_counts(const struct verify_output *output)
{
	size_t known = output->clean + output->unknown;
	char unused[64] = "";

	if (output->containers < 2 && !output->findings.wrong_only)
		return;
	if (output->watched)
		snprintf(unused, sizeof(unused), ", with unused grants: %zu",
			 output->with_unused);
	out_line(findings_summary_style(&output->findings),
		 "containers: %zu, ok: %zu, with findings: %zu, unknown: %zu%s",
		 output->containers, output->clean, output->containers - known,
		 output->unknown, unused);
}

void verify_output_print(struct verify_output *output, const char *empty,
			 size_t left_out)
{
	struct json_object *object;

	if (output->list) {
		object = json_object_new_object();
		json_object_object_add(object, "containers", output->list);
		json_object_object_add(object, "other_handlers",
				       json_object_new_uint64(left_out));
		if (output->watched)
			json_object_object_add(object, "usage",
					       json_watched(output->watched));
		out_json(object);
	} else if (!output->findings.count && empty && !left_out) {
		out_line(OUT_PLAIN, "%s", empty);
	}
	if (output->findings.failed)
		out_fail();
	findings_print_table(&output->findings, FINDING_FIELD_TOPIC,
			     FINDING_FIELD_CODE);
	if (!output->list && left_out)
		out_line(
			OUT_FAINT,
			"containers of other handlers, left out: %zu (--all-handlers shows them)",
			left_out);
	if (!output->list && output->watched && output->containers)
		print_watched(output->watched);
	if (!output->list && output->containers)
		print_counts(output);
	findings_free(&output->findings);
	for (size_t i = 0; i < output->topics_count; i++)
		free(output->topics[i]);
	free(output->topics);
}
