/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/ask.h"

#include "capctl/child.h"

#define SPAWN_FAILED 127

int engine_ask(char *const argv[], int limit, struct engine_answer *ret_answer,
	       struct err *err)
{
	char *const environment[] = { child_path_entry, NULL };
	const struct child_program program = {
		.path = argv[0],
		.argv = argv,
		.environment = environment,
		.output_max = ENGINE_ASK_OUTPUT_MAX,
		.errors_max = ENGINE_ASK_ERRORS_MAX,
		.interrupt = -1,
	};
	struct child child CLEANUP_CHILD = CHILD_INIT;
	struct child_stream *output = &child.streams[CHILD_OUTPUT];
	struct child_stream *errors = &child.streams[CHILD_ERRORS];
	int64_t end = child_time(limit);
	int status = -1;

	if (child_start(&child, &program, err) < 0)
		return -1;
	if (child_read(&child, CHILD_END, end))
		status = child_wait(&child, end);
	/* posix_spawn(3) can report a failed execve(2) in this way alone. */
	if (status == SPAWN_FAILED && !output->len && !errors->len)
		return err_set(err, "run '%s': it does not start", argv[0]);
	*ret_answer = (struct engine_answer){
		.status = status,
		.output = TAKE_PTR(output->text),
		.output_len = output->len,
		.errors = TAKE_PTR(errors->text),
	};
	return 0;
}

void engine_answer_free(struct engine_answer *answer)
{
	free(answer->output);
	free(answer->errors);
}

const char *engine_answer_last_error(struct engine_answer *answer)
{
	return child_last_line(answer->errors);
}
