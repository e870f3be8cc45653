/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command of config.json's process: program, working directory, $PATH and
 * supplementary groups. spec.h reads its user and capabilities.
 *
 * Rests on: OCI runtime specification config.md "Process" and "User".
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_COMMAND_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_COMMAND_H

#include "json/scan.h"

struct command {
	char *program; /* args[0]; NULL: none */
	char *cwd; /* NULL: none */
	char *search; /* $PATH; NULL: none */
	uint32_t *groups;
	size_t groups_count;
};

#define CLEANUP_COMMAND __attribute__((cleanup(command_free)))

/*
 * `doc` passed json_check(). Values of the wrong type count as absent, because
 * the runtime refuses them. The caller frees, also on -1 (out of memory).
 */
int command_read(struct command *ret_command, const struct json_doc *doc,
		 struct err *err) MUST_CHECK;
void command_free(struct command *command);

#endif
