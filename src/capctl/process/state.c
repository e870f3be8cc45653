/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/state.h"

#include <json-c/json.h>
#include <string.h>

#define LABEL "bundle="
#define DEPTH_MAX 64

static void put_state(struct json_object **object)
{
	json_object_put(*object);
}

static const char *text_of(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	/* A path contains no NUL. */
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return NULL;
	return text;
}

/*
 * runc makes the label KEY=VALUE of each annotation and adds that of the bundle
 * after them: a pod can write every one but the last.
 */
static const char *runc_bundle(struct json_object *state)
{
	struct json_object *config, *labels;
	const char *label, *bundle = NULL;

	if (!json_object_object_get_ex(state, "config", &config) ||
	    !json_object_object_get_ex(config, "labels", &labels) ||
	    !json_object_is_type(labels, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(labels); i++) {
		label = text_of(json_object_array_get_idx(labels, i));
		if (label && strncmp(label, LABEL, strlen(LABEL)) == 0)
			bundle = label + strlen(LABEL);
	}
	return bundle;
}

static const char *crun_bundle(struct json_object *state)
{
	struct json_object *bundle;

	if (!json_object_object_get_ex(state, "bundle", &bundle))
		return NULL;
	return text_of(bundle);
}

/* False: missing, not an integer, negative or above `max`. */
static bool read_number(struct json_object *state, const char *key, int64_t max,
			int64_t *ret_number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(state, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*ret_number = json_object_get_int64(value);
	return *ret_number >= 0 && *ret_number <= max;
}

static struct json_object *parse_json(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object = NULL;

	if (!tokener)
		return NULL;
	if (len <= CONTAINER_STATE_MAX)
		object = json_tokener_parse_ex(tokener, text, (int)len);
	json_tokener_free(tokener);
	return object;
}

int container_state_parse(struct container_state *ret_state,
			  enum runtime_dialect dialect, const char *text,
			  size_t len, struct err *err)
{
	struct json_object *state __attribute__((cleanup(put_state))) =
		parse_json(text, len);
	bool runc = dialect == RUNTIME_RUNC;
	const char *bundle, *pid = runc ? "init_process_pid" : "pid";
	const char *start = runc ? "init_process_start" : "process-start-time";
	int64_t number;

	*ret_state = (struct container_state){ 0 };
	if (!json_object_is_type(state, json_type_object))
		return err_set(err,
			       "not a container state: expected a JSON object");
	/* Without it, nothing tells whether the container runs. 0: it has none. */
	if (!read_number(state, pid, INT32_MAX, &number))
		return err_set(
			err,
			"not a container state: expected a process ID as '%s'",
			pid);
	ret_state->pid = (int32_t)number;
	if (read_number(state, start, INT64_MAX, &number))
		ret_state->start = (uint64_t)number;
	bundle = runc ? runc_bundle(state) : crun_bundle(state);
	if (!bundle || *bundle != '/')
		return 0;
	ret_state->bundle = strdup(bundle);
	return ret_state->bundle ? 0 : err_set_no_memory(err);
}

void container_state_free(struct container_state *state)
{
	free(state->bundle);
	*state = (struct container_state){ 0 };
}
