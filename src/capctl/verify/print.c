/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/process/cgroup.h"
#include "capctl/verify/verify.h"

#define SHOWN_DIGITS 12 /* of an engine's id, as engines print them */

static void add_drift_row(struct verify_output *output, const char *id,
			  const char *word, capmask names, const char *text)
{
	char *list CLEANUP_FREE = out_names(names);
	char *line CLEANUP_FREE = alloc_text(
		"%s%s%s", names && list ? list : "", names ? ": " : "", text);

	out_table_add(&output->table, OUT_BAD, 3, id, word, line);
}

static const char *clean_text(const struct verify_result *result)
{
	if (result->stale)
		return "not running, and its bundle is gone";
	if (!result->facts.running)
		return "not running; the current policy decides the same";
	return result->rule
		       ? "holds what was granted; the current policy decides the same"
		       : "no rule was applied, and none applies now";
}

static void add_rows(struct verify_output *output,
		     const struct verify_result *result)
{
	char cut[SHOWN_DIGITS + 1];
	const char *id = result->container->id;

	if (cgroup_is_engine_id(id, strlen(id))) {
		snprintf(cut, sizeof(cut), "%.*s", SHOWN_DIGITS, id);
		id = cut;
	}
	if (*result->error.text)
		out_table_add(&output->table, OUT_BAD, 3, id, "unknown",
			      result->error.text);
	else if (verify_is_clean(result))
		out_table_add(&output->table, OUT_PLAIN, 3, id,
			      result->stale ? "stale" : "ok",
			      clean_text(result));
	for (int i = 0; i < DRIFT_COUNT; i++)
		if (result->drift.found[i])
			add_drift_row(output, id,
				      drift_word((enum drift_finding)i),
				      result->drift.names[i],
				      drift_text((enum drift_finding)i));
	if (result->refused_today)
		add_drift_row(
			output, id, "refused", 0,
			"the current policy would refuse to start it (see capctl explain)");
}

static struct json_object *json_drift(const struct drift *drift)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < DRIFT_COUNT; i++) {
		enum drift_finding which = (enum drift_finding)i;
		struct json_object *object;

		if (!drift->found[i])
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "code",
				       out_json_text(drift_word(which)));
		json_object_object_add(object, "names",
				       out_json_names(drift->names[i]));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *json_result(const struct verify_result *result)
{
	struct json_object *object = json_object_new_object();
	const struct container *container = result->container;
	const struct drift_facts *facts = &result->facts;
	bool known = !*result->error.text && !result->stale;

	json_object_object_add(object, "id", out_json_text(container->id));
	json_object_object_add(object, "root", out_json_text(container->root));
	json_object_object_add(object, "bundle",
			       out_json_text(container->state.bundle));
	json_object_object_add(
		object, "pid",
		facts->running ? json_object_new_int(container->state.pid)
			       : NULL);
	json_object_object_add(object, "rule", out_json_text(result->rule));
	json_object_object_add(
		object, "error",
		out_json_text(known ? NULL : result->error.text));
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
	json_object_object_add(object, "findings", json_drift(&result->drift));
	return object;
}

void verify_output_open(struct verify_output *ret_output, bool json)
{
	*ret_output = (struct verify_output){ 0 };
	if (json)
		ret_output->list = json_object_new_array();
}

void verify_output_add(struct verify_output *output,
		       const struct verify_result *result)
{
	if (output->list)
		json_object_array_add(output->list, json_result(result));
	else
		add_rows(output, result);
}

void verify_output_print(struct verify_output *output, const char *empty)
{
	struct json_object *object;

	if (output->list) {
		object = json_object_new_object();
		json_object_object_add(object, "containers", output->list);
		out_json(object);
	} else if (!output->table.count && empty) {
		out_line(OUT_PLAIN, "%s", empty);
	}
	out_table_print(&output->table);
	out_table_free(&output->table);
}
