/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <json-c/json.h>
#include <sys/prctl.h>

#include "capctl/out.h"

const char *show_seccomp(const struct procstatus *status)
{
	static const char *const words[] = { "none", "strict", "filter" };

	if (!(status->have >> PROCSTATUS_SECCOMP & 1))
		return NULL;
	return words[status->seccomp];
}

int show_securebits(const struct process *process)
{
	if (process->status.pid != (uint32_t)getpid())
		return -1;
	return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
}

const char *show_securebit_name(size_t bit)
{
	static const char *const names[SHOW_SECUREBITS] = {
		"noroot",
		"noroot_locked",
		"no_setuid_fixup",
		"no_setuid_fixup_locked",
		"keep_caps",
		"keep_caps_locked",
		"no_cap_ambient_raise",
		"no_cap_ambient_raise_locked",
		"exec_restrict_file",
		"exec_restrict_file_locked",
		"exec_deny_interactive",
		"exec_deny_interactive_locked",
	};

	return names[bit];
}

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

static struct json_object *json_process(const struct show_row *row)
{
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

static struct json_object *json_trouble(const struct process_error *trouble)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "pid",
			       json_object_new_int64(trouble->pid));
	json_object_object_add(object, "reason",
			       out_json_text(processes_reason(trouble)));
	return object;
}

void show_print_json(const struct show *show)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *troubles = json_object_new_array();

	for (size_t i = 0; i < show->count; i++)
		json_object_array_add(list, json_process(&show->rows[i]));
	for (size_t i = 0; i < show->processes.troubles_count; i++)
		json_object_array_add(
			troubles, json_trouble(&show->processes.troubles[i]));
	json_object_object_add(object, "processes", list);
	json_object_object_add(object, "unreadable", troubles);
	json_object_object_add(object, "left_out",
			       json_object_new_int64((int64_t)show->left_out));
	out_json(object);
}
