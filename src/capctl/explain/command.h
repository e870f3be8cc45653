/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a config.json's process starts: the first word, the directory, where
 * programs are looked for, and with which further groups. Its capabilities are
 * spec.h.
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
 * `doc` passed json_check(). What has another type than the specification's
 * counts as absent: the runtime refuses it. The caller frees, also on -1 (out
 * of memory).
 */
int command_read(struct command *ret_command, const struct json_doc *doc,
		 struct err *err) MUST_CHECK;
void command_free(struct command *command);

#endif
