/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "capctl/out.h"
#include "capctl/run/run.h"
#include "capctl/verb.h"

struct run_options {
	const char *user, *ambient, *bounding;
	bool no_new_privs, dry_run, json;
	char **command;
};

struct run {
	struct run_options options;
	struct run_request request;
	struct run_self self;
	struct execve_task task;
	struct run_program program;
	struct execve_result result;
};

static int parse_run(int argc, char **argv, struct run_options *ret_options,
		     struct err *err)
{
	const struct verb_option options[] = {
		{ "user", NULL, &ret_options->user },
		{ "ambient", NULL, &ret_options->ambient },
		{ "bounding", NULL, &ret_options->bounding },
		{ "no-new-privs", &ret_options->no_new_privs, NULL },
		{ "dry-run", &ret_options->dry_run, NULL },
		{ "json", &ret_options->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return -1;
	ret_options->command = argv + first;
	if (first == argc)
		return verb_misuse(err, argv[0], "expects a command");
	if (ret_options->json && !ret_options->dry_run)
		return verb_misuse(err, argv[0], "'--json' is for '--dry-run'");
	return 0;
}

static int read_request(struct run *run, struct err *err)
{
	const struct run_options *options = &run->options;
	struct run_request *request = &run->request;
	capmask kernel = run->self.own.kernel;

	request->has_ambient = options->ambient != NULL;
	request->has_bounding = options->bounding != NULL;
	request->no_new_privs = options->no_new_privs;
	if (options->ambient &&
	    run_list_parse("ambient", options->ambient, kernel,
			   &request->ambient, err) < 0)
		return -1;
	if (options->bounding &&
	    run_list_parse("bounding", options->bounding, kernel,
			   &request->bounding, err) < 0)
		return -1;
	if (!options->user)
		return 0;
	if (run_user_find(&request->user, options->user, err) < 0)
		return -1;
	return run_user_is_own(&request->user, &run->self.has_user, err);
}

static void print_json(const struct run *run)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "program",
			       out_json_text(run->program.path));
	json_object_object_add(object, "uid",
			       json_object_new_int64(run->result.euid));
	json_object_object_add(object, "gid",
			       json_object_new_int64(run->result.egid));
	json_object_object_add(object, "sets",
			       out_json_sets(&run->result.sets));
	json_object_object_add(object, "no_new_privileges",
			       json_object_new_boolean(run->task.no_new_privs));
	out_json(object);
}

static void print_text(const struct run *run)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	char ids[32];

	snprintf(ids, sizeof(ids), "%u:%u", run->result.euid, run->result.egid);
	out_line(OUT_STRONG, "what '%s' would hold", run->program.path);
	out_table_add(&table, OUT_PLAIN, 2, "user", ids);
	for (int i = 0; i < CAPSET_COUNT; i++) {
		char *names CLEANUP_FREE = out_names(run->result.sets.set[i]);

		table.failed |= !names;
		out_table_add(&table, OUT_PLAIN, 2,
			      capset_key((enum capset_which)i), names);
	}
	out_table_add(&table, OUT_PLAIN, 2, "no_new_privs",
		      run->task.no_new_privs ? "yes" : "no");
	out_table_print(&table);
}

/* execve(2) returns only if it fails. */
static enum verb_status execute(const struct run *run, struct err *err)
{
	int number;

	execv(run->program.path, run->options.command);
	number = errno;
	err_set_errno(err, number, "start '%s' as user %u", run->program.path,
		      run->task.uid);
	return number == ENOENT ? VERB_NOT_FOUND : VERB_NOT_EXECUTED;
}

static enum verb_status run_command(struct run *run, struct err *err)
{
	if (run_self_read(&run->self, err) < 0 || read_request(run, err) < 0)
		return VERB_ERROR;
	if (run_check(&run->request, &run->self, err) < 0 ||
	    run_take(&run->request, &run->self, &run->task, err) < 0)
		return VERB_NOT_RUN;
	if (run_program_find(&run->program, run->options.command[0], err) < 0)
		return err->number == ENOENT ? VERB_NOT_FOUND
					     : VERB_NOT_EXECUTED;
	if (run_program_predict(&run->program, &run->task, &run->result, err) <
	    0)
		return VERB_NOT_RUN;
	if (!run->options.dry_run)
		return execute(run, err);
	(run->options.json ? print_json : print_text)(run);
	return VERB_GOOD;
}

enum verb_status verb_run(int argc, char **argv, struct err *err)
{
	struct run run = { 0 };
	enum verb_status status;

	if (parse_run(argc, argv, &run.options, err) < 0)
		return VERB_ERROR;
	status = run_command(&run, err);
	free(run.request.user.groups);
	free(run.program.path);
	free(run.program.file);
	return status;
}
