/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/print.h"

#include <json-c/json.h>

#include "capctl/finding.h"

static const char *or_unknown(const char *text)
{
	return text ? text : "unknown";
}

static void print_node(const struct probe_report *report)
{
	const struct probe_node *node = &report->node;
	struct out_table table CLEANUP_TABLE = { 0 };

	out_table_add(&table, OUT_PLAIN, 3, "kernel", node->kernel.release,
		      node->kernel.machine);
	out_table_add(&table, OUT_PLAIN, 2, "LSM", or_unknown(node->lsm));
	out_table_add(&table, OUT_PLAIN, 2, "cgroups",
		      or_unknown(node->cgroup));
	out_table_add(&table, OUT_PLAIN, 2, "capruntime", report->program);
	out_table_add(&table, OUT_PLAIN, 3, "real runtime", report->runtime,
		      or_unknown(node->runtime_version));
	out_table_print(&table);
}

/* One row for a case that came out as predicted, else one for each difference. */
static void add_case(struct findings *findings,
		     const struct probe_result *results, size_t count)
{
	bool differs = false;

	for (size_t i = 0; i < count; i++) {
		if (!results[i].difference)
			continue;
		differs = true;
		findings_add(findings, FINDING_ERROR, results[i].test->name,
			     "%s: %s", results[i].check, results[i].difference);
	}
	if (!differs)
		findings_add(findings, FINDING_OK, results->test->name, "%s",
			     results->test->text);
}

int probe_print(const struct probe_report *report, struct err *err)
{
	const struct probe_results *results = &report->results;
	struct findings findings CLEANUP_FINDINGS = {
		.wrong_only = report->wrong_only,
	};
	size_t count;

	for (size_t i = 0; i < results->count; i += count) {
		for (count = 1;
		     i + count < results->count &&
		     results->list[i + count].test == results->list[i].test;)
			count++;
		add_case(&findings, &results->list[i], count);
	}
	if (findings_check(&findings, err) < 0)
		return -1;
	print_node(report);
	findings_print_table(&findings, FINDING_FIELD_LEVEL,
			     FINDING_FIELD_TOPIC);
	out_line(OUT_PLAIN, "comparisons: %zu, differences: %zu%s",
		 results->count, results_differences(results),
		 report->complete ? ""
				  : "; ended early, because something hangs");
	return 0;
}

static struct json_object *result_json(const struct probe_result *result)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "case",
			       out_json_text(result->test->name));
	json_object_object_add(object, "check", out_json_text(result->check));
	json_object_object_add(object, "ok",
			       json_object_new_boolean(!result->difference));
	json_object_object_add(object, "expected",
			       out_json_text(result->expected));
	json_object_object_add(object, "got", out_json_text(result->got));
	json_object_object_add(object, "difference",
			       out_json_text(result->difference));
	return object;
}

void probe_print_json(const struct probe_report *report)
{
	const struct probe_node *node = &report->node;
	const struct probe_results *results = &report->results;
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t differences = results_differences(results);
	const struct {
		const char *key;
		const char *value;
	} texts[] = {
		{ "version", PACKAGE_VERSION },
		{ "kernel", node->kernel.release },
		{ "architecture", node->kernel.machine },
		{ "lsm", node->lsm },
		{ "cgroup", node->cgroup },
		{ "program", report->program },
		{ "handler", report->handler },
		{ "runtime", report->runtime },
		{ "runtime_version", node->runtime_version },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		json_object_object_add(object, texts[i].key,
				       out_json_text(texts[i].value));
	json_object_object_add(object, "complete",
			       json_object_new_boolean(report->complete));
	json_object_object_add(object, "differences",
			       json_object_new_int64((int64_t)differences));
	for (size_t i = 0; i < results->count; i++)
		if (!report->wrong_only || results->list[i].difference)
			json_object_array_add(list,
					      result_json(&results->list[i]));
	json_object_object_add(object, "results", list);
	out_json(object);
}
