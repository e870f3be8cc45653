/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/command.h"

#include <string.h>

#include "spec/spec.h"
#include "json/read.h"

#define PATH "PATH="

/* Leaves *ret_text NULL for anything but a string without NULs. */
static int take_string(char **ret_text, const struct json_doc *doc,
		       struct json_value value, struct err *err)
{
	char *text;
	size_t len;

	if (value.kind != JSON_STRING)
		return 0;
	if (json_string(doc, value, &text, &len, err) < 0)
		return -1;
	if (strlen(text) == len)
		*ret_text = text;
	else
		free(text);
	return 0;
}

static int read_program(struct command *command, const struct json_doc *doc,
			struct err *err)
{
	struct json_value args, first;
	struct json_iter iter;

	if (!spec_find(doc, "args", &args) || args.kind != JSON_ARRAY)
		return 0;
	iter = json_iterate(doc, args);
	if (!json_next_element(&iter, &first))
		return 0;
	return take_string(&command->program, doc, first, err);
}

/* The last one wins, as both runtimes set them in order. */
static int read_search(struct command *command, const struct json_doc *doc,
		       struct err *err)
{
	struct json_value env, entry;
	struct json_iter iter;

	if (!spec_find(doc, "env", &env) || env.kind != JSON_ARRAY)
		return 0;
	iter = json_iterate(doc, env);
	while (json_next_element(&iter, &entry)) {
		char *text CLEANUP_FREE = NULL;

		if (take_string(&text, doc, entry, err) < 0)
			return -1;
		if (!text || strncmp(text, PATH, strlen(PATH)) != 0)
			continue;
		free(command->search);
		command->search = strdup(text + strlen(PATH));
		if (!command->search)
			return err_set_no_memory(err);
	}
	return 0;
}

static int add_group(struct command *command, uint32_t group, struct err *err)
{
	uint32_t *groups = reallocarray(
		command->groups, command->groups_count + 1, sizeof(*groups));

	if (!groups)
		return err_set_no_memory(err);
	groups[command->groups_count++] = group;
	command->groups = groups;
	return 0;
}

static int read_groups(struct command *command, const struct json_doc *doc,
		       struct err *err)
{
	struct json_value user, list, entry;
	struct json_iter iter;
	uint32_t group;

	if (!spec_find(doc, "user", &user) ||
	    !json_find(doc, user, "additionalGids", &list) ||
	    list.kind != JSON_ARRAY)
		return 0;
	iter = json_iterate(doc, list);
	while (json_next_element(&iter, &entry))
		if (json_is_u32(doc, entry, UINT32_MAX - 1, &group) &&
		    add_group(command, group, err) < 0)
			return -1;
	return 0;
}

int command_read(struct command *ret_command, const struct json_doc *doc,
		 struct err *err)
{
	struct json_value cwd;

	*ret_command = (struct command){ 0 };
	if (read_program(ret_command, doc, err) < 0 ||
	    read_search(ret_command, doc, err) < 0 ||
	    read_groups(ret_command, doc, err) < 0)
		return -1;
	if (!spec_find(doc, "cwd", &cwd))
		return 0;
	return take_string(&ret_command->cwd, doc, cwd, err);
}

void command_free(struct command *command)
{
	free(command->program);
	free(command->cwd);
	free(command->search);
	free(command->groups);
	*command = (struct command){ 0 };
}
