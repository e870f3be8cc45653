/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the containers and directories of a run (bundle_run.h). They begin
 * with the process that made them, so that what a killed one left can be told
 * from what a living one uses. Pure.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RUN_NAME_H
#define CAPRUNTIME_CAPCTL_LEARN_RUN_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define RUN_NAME_SIZE 80

struct run_owner {
	uint64_t namespace; /* the inode of its PID namespace */
	uint32_t pid;
	uint64_t start; /* field 22 of proc_pid_stat(5) */
};

/* "capctl-learn-4026531836-17-4711-END". */
void run_name_make(const struct run_owner *owner, const char *end,
		   char ret_name[RUN_NAME_SIZE]);

/* false: not such a name. */
bool run_name_parse(const char *name, struct run_owner *ret_owner);

#endif
