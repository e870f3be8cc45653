/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/sync.h"

#include <json-c/json.h>

#include "base/time.h"
#include "capctl/out.h"

void sync_show_changes(const struct deploy *target)
{
	const char *written = target->only_look ? "differs:" : "updated:";
	const char *removed = target->only_look ? "unexpected:" : "removed:";

	for (size_t i = 0; i < target->count; i++)
		out_line(OUT_STRONG, "%s %s/%s",
			 target->changes[i].removed ? removed : written,
			 target->path, target->changes[i].name);
}

static void print_text(const struct sync_pass *pass,
		       const struct sync_options *options)
{
	sync_show_changes(&pass->target);
	if (pass->outcome == SYNC_REFUSED)
		out_line(OUT_BAD, "refused, nothing changed: %s",
			 pass->err.text);
	else if (pass->outcome == SYNC_ERROR)
		out_line(OUT_BAD, "error: %s", pass->err.text);
	else if (pass->outcome == SYNC_DIFFERS)
		out_line(OUT_BAD, "not in sync");
	else if (options->files)
		out_line(OUT_GOOD, "in sync, files: %zu", pass->counts.files);
	else
		out_line(OUT_GOOD, "in sync, files: %zu, rules: %zu",
			 pass->counts.files, pass->counts.rules);
}

static struct json_object *json_names(const struct deploy *target, bool removed)
{
	struct json_object *names = json_object_new_array();

	for (size_t i = 0; i < target->count; i++)
		if (target->changes[i].removed == removed)
			json_object_array_add(
				names, out_json_text(target->changes[i].name));
	return names;
}

static void print_json(const struct sync_pass *pass,
		       const struct sync_options *options)
{
	static const char *const outcomes[] = {
		[SYNC_IN_SYNC] = "in_sync", [SYNC_CHANGED] = "changed",
		[SYNC_DIFFERS] = "differs", [SYNC_REFUSED] = "refused",
		[SYNC_ERROR] = "error",
	};
	struct json_object *object = json_object_new_object();
	const char *reason = *pass->err.text ? pass->err.text : NULL;
	char now[TIME_RFC3339_SIZE];

	time_rfc3339(now);
	json_object_object_add(object, "time", json_object_new_string(now));
	json_object_object_add(object, "outcome",
			       json_object_new_string(outcomes[pass->outcome]));
	json_object_object_add(object, "target",
			       out_json_text(options->target));
	json_object_object_add(
		object, "files",
		json_object_new_int64((int64_t)pass->counts.files));
	json_object_object_add(
		object, "rules",
		options->files
			? NULL
			: json_object_new_int64((int64_t)pass->counts.rules));
	json_object_object_add(object, "put", json_names(&pass->target, false));
	json_object_object_add(object, "removed",
			       json_names(&pass->target, true));
	json_object_object_add(object, "reason", out_json_text(reason));
	out_json_line(object);
}

void sync_show(const struct sync_pass *pass, const struct sync_options *options)
{
	if (options->json)
		print_json(pass, options);
	else
		print_text(pass, options);
}
