/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program and keeps what it prints. Both the time and the output are
 * limited, standard input is empty, and the environment has PATH alone. What
 * the answer means is the caller's part.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_ASK_H
#define CAPRUNTIME_CAPCTL_ENGINE_ASK_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

#define ENGINE_ASK_OUTPUT_MAX ((size_t)1024 * 1024)
#define ENGINE_ASK_ERRORS_MAX ((size_t)4096)

struct engine_answer {
	int status; /* the exit status; -1: killed, by a signal or the limits */
	char *output; /* NUL-terminated */
	size_t output_len;
	char *errors; /* the begin of standard error, NUL-terminated */
};

#define CLEANUP_ANSWER __attribute__((cleanup(engine_answer_free)))

/*
 * argv[0] is the path of the program. After `limit` milliseconds, or at more
 * output than ENGINE_ASK_OUTPUT_MAX, it is killed with its process group. -1:
 * it could not be started, or memory ran out. The caller frees.
 */
int engine_ask(char *const argv[], int limit, struct engine_answer *ret_answer,
	       struct err *err) MUST_CHECK;
void engine_answer_free(struct engine_answer *answer);
/* The last line of `errors` that is not empty; changes `errors`. */
const char *engine_answer_last_error(struct engine_answer *answer);

#endif
