/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/alloc.h"
#include "base/paths.h"
#include "capctl/doctor/host.h"
#include "capctl/out.h"
#include "capctl/verb.h"

static const enum out_style styles[FINDING_LEVEL_COUNT] = {
	[FINDING_OK] = OUT_GOOD,
	[FINDING_WARNING] = OUT_WARNING,
	[FINDING_ERROR] = OUT_BAD,
	[FINDING_UNKNOWN] = OUT_WARNING,
};

static void add_fix(struct out_table *table, const char *fix)
{
	char *text CLEANUP_FREE = alloc_text("fix: %s", fix);

	out_table_add(table, OUT_STRONG, 3, "", "", text ? text : fix);
}

static void print(const struct findings *findings)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		out_table_add(&table, OUT_PLAIN, 3,
			      findings_level_name(finding->level),
			      finding->topic, finding->text);
		out_table_style(&table, 0, styles[finding->level]);
		if (finding->fix)
			add_fix(&table, finding->fix);
	}
	out_table_print(&table);
	out_line(OUT_PLAIN, "errors: %zu, warnings: %zu",
		 findings_count(findings, FINDING_ERROR),
		 findings_count(findings, FINDING_WARNING));
}

static struct json_object *json_of(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(
		object, "status",
		out_json_text(findings_level_name(finding->level)));
	json_object_object_add(object, "topic", out_json_text(finding->topic));
	json_object_object_add(object, "text", out_json_text(finding->text));
	json_object_object_add(object, "fix", out_json_text(finding->fix));
	return object;
}

static void print_json(const struct findings *findings)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < findings->count; i++)
		json_object_array_add(list, json_of(&findings->list[i]));
	for (int level = 0; level < FINDING_LEVEL_COUNT; level++) {
		size_t count =
			findings_count(findings, (enum finding_level)level);

		json_object_object_add(
			object, findings_level_name((enum finding_level)level),
			json_object_new_int64((int64_t)count));
	}
	json_object_object_add(object, "program",
			       out_json_text(doctor_installed()));
	json_object_object_add(object, "configuration",
			       out_json_text(paths_config_dir));
	json_object_object_add(object, "state", out_json_text(paths_state_dir));
	json_object_object_add(object, "findings", list);
	out_json(object);
}

/* So that no link of that tree, absolute or not, leads out of it. */
static int enter(const char *root, struct err *err)
{
	if (chroot(root) < 0 || chdir("/") < 0)
		return err_set_errno(err, errno, "--root '%s'%s", root,
				     errno == EPERM ? " (to be run as root)"
						    : "");
	return 0;
}

/* Another tree has none, and this one is told little about without it. */
static void check_proc(struct findings *findings)
{
	if (access("/proc/self", F_OK) == 0)
		return;
	findings_add(findings, FINDING_UNKNOWN, "kernel",
		     "'/proc' has no processes");
	findings_fix(findings, "mount -t proc proc /proc");
}

static enum verb_status judge(const struct findings *findings, struct err *err)
{
	size_t unknown = findings_count(findings, FINDING_UNKNOWN);

	if (findings_count(findings, FINDING_ERROR))
		return VERB_FINDINGS;
	if (!unknown)
		return VERB_GOOD;
	err_set(err, "could not be looked at: %zu", unknown);
	return VERB_TROUBLE;
}

enum verb_status verb_doctor(int argc, char **argv, struct err *err)
{
	bool json = false;
	const char *root = NULL;
	const struct verb_option options[] = {
		{ "json", &json, NULL },
		{ "root", NULL, &root },
	};
	struct findings findings CLEANUP_FINDINGS = { 0 };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return VERB_TROUBLE;
	if (first < argc) {
		verb_misuse(err, argv[0], "nothing is to be named: '%s'",
			    argv[first]);
		return VERB_TROUBLE;
	}
	doctor_learn_place();
	if (root && enter(root, err) < 0)
		return VERB_TROUBLE;
	if (!root)
		check_proc(&findings);
	if (doctor_check_all(&findings, err) < 0)
		return VERB_TROUBLE;
	if (json)
		print_json(&findings);
	else
		print(&findings);
	return judge(&findings, err);
}
