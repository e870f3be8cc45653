/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>

#include "capctl/dryrun.h"
#include "capctl/out.h"
#include "capctl/verb.h"

/* A container that a runtime looks after has its state; that stays as it is. */
static void say(const struct judge *judge, bool restored, bool json)
{
	struct json_object *object;
	const char *path = judge->bundle.config_path;

	if (json) {
		object = json_object_new_object();
		json_object_object_add(object, "config", out_json_text(path));
		json_object_object_add(object, "restored",
				       json_object_new_boolean(restored));
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

static int take_back(struct judge *judge, struct err *err)
{
	struct originals_plan plan CLEANUP_PLAN = { 0 };
	struct originals_target nothing = { 0 };
	struct originals_about nobody = { 0 };

	if (judge_read_config(judge, err) < 0 ||
	    originals_make_plan(&plan, &judge->config, &judge->restored,
				judge_record(judge), judge->bundle.record_text,
				&nothing, &nobody, err) < 0 ||
	    bundle_write_record(&judge->bundle, &plan, err) < 0)
		return -1;
	return bundle_write_config(&judge->bundle, &plan, err);
}

static int restore(const char *path, bool json, struct err *err)
{
	struct judge judge CLEANUP_JUDGE = JUDGE_INIT;
	struct runtime_args args = dryrun_args(path);
	bool has_record;

	if (bundle_open(&judge.bundle, &args, err) < 0)
		return -1;
	bundle_remove_leftovers(&judge.bundle);
	if (judge_read_record(&judge, err) < 0)
		return -1;
	has_record = judge_record(&judge) != NULL;
	if (has_record && take_back(&judge, err) < 0)
		return -1;
	if (!has_record && bundle_read_config(&judge.bundle, err) < 0)
		return -1;
	say(&judge, has_record, json);
	return 0;
}

enum verb_status verb_restore(int argc, char **argv, struct err *err)
{
	bool json = false;
	const struct verb_option options[] = { { "json", &json, NULL } };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return VERB_TROUBLE;
	if (first != argc - 1) {
		verb_misuse(err, argv[0], "wants one bundle");
		return VERB_TROUBLE;
	}
	return restore(argv[first], json, err) < 0 ? VERB_TROUBLE : VERB_GOOD;
}
