/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime wrote down of a container: its first process and its bundle.
 * Text in, struct out; where the file lies is containers.h.
 *
 * Rests on: runc's state.json (libcontainer State: init_process_pid,
 * init_process_start, config.labels "bundle=PATH") and crun's status (pid,
 * process-start-time, bundle), as 1.1.5 and 1.8.1 wrote them.
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
	uint64_t start; /* in clock ticks since boot; 0: not written down */
	char *bundle; /* absolute; NULL: not written down */
};

/* The caller frees with container_state_free(), also on -1. */
int container_state_parse(struct container_state *ret_state,
			  enum runtime_dialect dialect, const char *text,
			  size_t len, struct err *err) MUST_CHECK;
void container_state_free(struct container_state *state);

/*
 * The start time in /proc/PID/stat, field 22 of proc_pid_stat(5); 0: it is not
 * there.
 */
uint64_t container_state_start(const char *stat);
/* A zombie, field 3: it holds nothing, and its pid is not free. */
bool container_state_has_ended(const char *stat);

#endif
