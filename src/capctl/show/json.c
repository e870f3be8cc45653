/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <json-c/json.h>

#include "capctl/out.h"

static struct json_object *json_ids(const uint32_t ids[PROCSTATUS_ID_COUNT])
{
	static const char *const keys[PROCSTATUS_ID_COUNT] = {
		"real", "effective", "saved", "filesystem"
	};
	struct json_object *object = json_object_new_object();

	for (int i = 0; i < PROCSTATUS_ID_COUNT; i++)
		json_object_object_add(object, keys[i],
				       json_object_new_int64(ids[i]));
	return object;
}

static struct json_object *json_securebits(const struct process *process)
{
	int bits = show_securebits(process);
	struct json_object *list = bits < 0 ? NULL : json_object_new_array();

	for (size_t i = 0; list && i < SHOW_SECUREBITS; i++)
		if (bits >> i & 1)
			json_object_array_add(
				list,
				json_object_new_string(show_securebit_name(i)));
	return list;
}

static struct json_object *json_process(const struct show *show,
					const struct show_row *row)
{
	const struct who *who = show_who(show, row->process);
	const struct process *process = row->process;
	const struct procstatus *status = &process->status;
	struct json_object *object = json_object_new_object();
	const char state[] = { status->state, '\0' };

	json_object_object_add(object, "pid",
			       json_object_new_int64(status->pid));
	json_object_object_add(object, "thread_of",
			       process->is_thread
				       ? json_object_new_int64(status->tgid)
				       : NULL);
	json_object_object_add(object, "parent",
			       json_object_new_int64(status->ppid));
	json_object_object_add(object, "depth",
			       json_object_new_int64((int64_t)row->depth));
	json_object_object_add(object, "name", out_json_text(status->name));
	json_object_object_add(object, "state", out_json_text(state));
	json_object_object_add(object, "container",
			       out_json_text(process->container));
	json_object_object_add(object, "identity",
			       who ? who_object(who) : NULL);
	json_object_object_add(object, "uid", json_ids(status->uid));
	json_object_object_add(object, "gid", json_ids(status->gid));
	json_object_object_add(object, "sets", out_json_sets(&status->sets));
	json_object_object_add(object, "no_new_privs",
			       json_object_new_boolean(status->no_new_privs));
	json_object_object_add(object, "seccomp",
			       out_json_text(show_seccomp(status)));
	json_object_object_add(object, "securebits", json_securebits(process));
	return object;
}

static struct json_object *json_error(const struct process_error *error)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "pid",
			       json_object_new_int64(error->pid));
	json_object_object_add(object, "reason",
			       out_json_text(processes_reason(error)));
	return object;
}

void show_print_json(const struct show *show)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *errors = json_object_new_array();

	for (size_t i = 0; i < show->count; i++)
		json_object_array_add(list, json_process(show, &show->rows[i]));
	for (size_t i = 0; i < show->processes.errors_count; i++)
		json_object_array_add(errors,
				      json_error(&show->processes.errors[i]));
	json_object_object_add(object, "processes", list);
	json_object_object_add(object, "unreadable", errors);
	json_object_object_add(object, "left_out",
			       json_object_new_int64((int64_t)show->left_out));
	out_json(object);
}
