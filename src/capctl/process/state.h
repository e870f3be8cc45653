/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime's state file of one container: its first process and its bundle.
 * Text in, struct out; containers.h finds the files.
 *
 * Rests on: runc's state.json (libcontainer State: init_process_pid,
 * init_process_start, the last "bundle=PATH" of config.labels) and crun's
 * status (pid, process-start-time, bundle), in the format of runc 1.1.5 and
 * crun 1.8.1.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_STATE_H
#define CAPRUNTIME_CAPCTL_PROCESS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/args.h"

#define CONTAINER_STATE_MAX ((size_t)16 * 1024 * 1024)

struct container_state {
	int32_t pid; /* 0: none */
	uint64_t start; /* in clock ticks since boot; 0: not recorded */
	char *bundle; /* absolute path; NULL: not recorded */
};

/* The caller frees with container_state_free(), also on -1. */
int container_state_parse(struct container_state *ret_state,
			  enum runtime_dialect dialect, const char *text,
			  size_t len, struct err *err) MUST_CHECK;
void container_state_free(struct container_state *state);

#endif
