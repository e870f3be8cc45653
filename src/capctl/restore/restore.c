/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/restore/restore.h"

#include <json-c/json.h>

#include "bundle/owner.h"
#include "capctl/container/bundles.h"
#include "capctl/dryrun.h"
#include "capctl/out.h"
#include "capctl/verb.h"

struct restoration {
	bool force;
	bool json;
	struct json_object *list; /* of several bundles; NULL: of one */
};

static void print_restored(const struct evaluation *evaluation, bool restored,
			   const struct restoration *all)
{
	struct json_object *object;
	const char *path = evaluation->bundle.config_path;

	if (all->json) {
		object = json_object_new_object();
		json_object_object_add(object, "config", out_json_text(path));
		json_object_object_add(object, "restored",
				       json_object_new_boolean(restored));
		if (all->list)
			json_object_array_add(all->list, object);
		else
			out_json(object);
	} else if (restored) {
		out_line(
			OUT_PLAIN,
			"'%s' is as the engine wrote it; the record is removed",
			path);
	} else {
		out_line(OUT_PLAIN,
			 "'%s' has no record: there is nothing to restore",
			 path);
	}
}

static int revert_bundle(struct evaluation *evaluation, struct err *err)
{
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	struct undo_target nothing = { 0 };
	struct record_about none = { 0 };

	evaluation->exact = true;
	if (evaluation_read_config(evaluation, err) < 0 ||
	    undo_plan_make(&plan, &evaluation->config, &evaluation->restored,
			   evaluation_record(evaluation),
			   evaluation->bundle.record_text, &nothing, &none,
			   err) < 0 ||
	    bundle_write_record(&evaluation->bundle, &plan, err) < 0)
		return -1;
	return bundle_write_config(&evaluation->bundle, &plan, err);
}

/* *ret_restored: there was a record. */
static int revert_unless_used(struct evaluation *evaluation,
			      const struct runtime_args *args, bool force,
			      bool *ret_restored, struct err *err)
{
	*ret_restored = false;
	if (bundle_open(&evaluation->bundle, args, err) < 0)
		return -1;
	if (bundle_lock(&evaluation->bundle, err) < 0 ||
	    evaluation_read_record(evaluation, err) < 0)
		return -1;
	*ret_restored = evaluation_record(evaluation) != NULL;
	if (!*ret_restored)
		return bundle_read_config(&evaluation->bundle, err);
	if (!force && owner_check(&evaluation->record.about, NULL, NULL,
				  "delete it first, or use --force", err) < 0)
		return -1;
	return revert_bundle(evaluation, err);
}

int restore_config(const char *path, struct err *err)
{
	struct evaluation evaluation CLEANUP_EVALUATION = EVALUATION_INIT;
	struct runtime_args args = dryrun_args(path);
	bool restored;

	return revert_unless_used(&evaluation, &args, false, &restored, err);
}

static int restore_bundle(const char *path, const struct restoration *all,
			  struct err *err)
{
	struct evaluation evaluation CLEANUP_EVALUATION = EVALUATION_INIT;
	struct runtime_args args = dryrun_args(path);
	bool restored;

	if (revert_unless_used(&evaluation, &args, all->force, &restored, err) <
	    0)
		return -1;
	print_restored(&evaluation, restored, all);
	return 0;
}

static int restore_operand(const struct bundle_operand *operand,
			   const struct restoration *all, struct err *err)
{
	if (!*operand->problem.text)
		return restore_bundle(operand->path, all, err);
	*err = operand->problem;
	return -1;
}

/* One that fails does not stop the others. */
static enum verb_status restore_bundles(const struct bundles *bundles,
					struct restoration *all,
					struct err *err)
{
	enum verb_status status = VERB_GOOD;
	struct json_object *object;
	struct err one;

	if (all->json && bundles->count > 1)
		all->list = json_object_new_array();
	for (size_t i = 0; i < bundles->count; i++)
		if (restore_operand(&bundles->list[i], all, &one) < 0)
			status = verb_add_error(err, &one);
	if (all->list) {
		object = json_object_new_object();
		json_object_object_add(object, "bundles", all->list);
		out_json(object);
	}
	return status;
}

enum verb_status verb_restore(int argc, char **argv, struct err *err)
{
	struct restoration all = { 0 };
	const struct verb_option options[] = { { "force", &all.force, NULL },
					       { "json", &all.json, NULL } };
	struct bundles bundles CLEANUP_BUNDLES = { 0 };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return VERB_ERROR;
	if (first == argc) {
		verb_misuse(err, argv[0], "expects a bundle or a container");
		return VERB_ERROR;
	}
	if (bundles_find(&bundles, argv + first, NULL, err) < 0)
		return VERB_ERROR;
	return restore_bundles(&bundles, &all, err);
}
