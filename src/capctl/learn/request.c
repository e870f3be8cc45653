/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/request.h"

#include "capctl/learn/options.h"
#include "capctl/verb.h"

/* How long a program has to do its work, if nothing is said. */
#define CONFIRM_SECONDS 10

static int check_target(const struct learn_request *request, const char *verb,
			struct err *err)
{
	int count = (request->command[0] != NULL) +
		    (request->pid_text != NULL) + (request->id != NULL) +
		    (request->bundle != NULL) + (request->confirm != NULL);

	if (count > 1)
		return verb_misuse(
			err, verb,
			"a command, '--pid', '--id', '--run' and '--confirm' exclude each other");
	if (!count)
		return verb_misuse(
			err, verb,
			"a command, '--pid', '--id', '--run' or '--confirm' is needed");
	return 0;
}

/* Options that have no meaning for this target. */
static int check_options(const struct learn_request *request, const char *verb,
			 struct err *err)
{
	if (request->user_text && !request->command[0])
		return verb_misuse(err, verb, "'--user' is for a command");
	if (request->root && !request->id && !request->bundle &&
	    !request->confirm)
		return verb_misuse(
			err, verb,
			"'--root' is for '--id', '--run' and '--confirm'");
	if (request->confirm)
		return request->as_text && !request->rule
			       ? verb_misuse(err, verb, "'--as' needs '--rule'")
			       : 0;
	if (request->test || request->policy || request->as_text)
		return verb_misuse(
			err, verb,
			"'--test', '--policy' and '--as' are for '--confirm'");
	return 0;
}

static int read_values(struct learn_request *request, const char *verb,
		       struct err *err)
{
	struct target_user *user = &request->user;

	if (request->confirm)
		request->seconds = CONFIRM_SECONDS;
	if (request->seconds_text &&
	    !learn_seconds_parse(request->seconds_text, &request->seconds))
		return verb_misuse(err, verb, LEARN_NO_TIME,
				   request->seconds_text);
	if (request->pid_text &&
	    !learn_pid_parse(request->pid_text, &request->pid))
		return verb_misuse(err, verb, "'%s' is not a PID",
				   request->pid_text);
	user->is_set = request->user_text != NULL;
	if (user->is_set &&
	    !learn_user_parse(request->user_text, &user->uid, &user->gid))
		return verb_misuse(err, verb, "'%s' is not UID or UID:GID",
				   request->user_text);
	if (request->as_text &&
	    !learn_form_parse(request->as_text, &request->form))
		return verb_misuse(err, verb, "'%s' is none of %s",
				   request->as_text, LEARN_FORMS);
	return 0;
}

int learn_request_parse(struct learn_request *ret_request, int argc,
			char **argv, struct err *err)
{
	struct learn_request *request = ret_request;
	const struct verb_option options[] = {
		{ "for", NULL, &request->seconds_text },
		{ "pid", NULL, &request->pid_text },
		{ "id", NULL, &request->id },
		{ "run", NULL, &request->bundle },
		{ "confirm", NULL, &request->confirm },
		{ "test", NULL, &request->test },
		{ "policy", NULL, &request->policy },
		{ "root", NULL, &request->root },
		{ "user", NULL, &request->user_text },
		{ "rule", NULL, &request->rule },
		{ "as", NULL, &request->as_text },
		{ "json", &request->json, NULL },
	};
	int first;

	*request = (struct learn_request){ 0 };
	first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);
	if (first < 0)
		return -1;
	request->command = argv + first;
	if (check_target(request, argv[0], err) < 0 ||
	    check_options(request, argv[0], err) < 0)
		return -1;
	return read_values(request, argv[0], err);
}
