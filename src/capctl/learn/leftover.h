/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of what a recorder makes in tracefs, and the kernel's counts of
 * lost events. A name has the PID and the start time of its process, so that
 * what a killed one left can be told from what a living one uses. Pure.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_LEFTOVER_H
#define CAPRUNTIME_CAPCTL_LEARN_LEFTOVER_H

#include <stdbool.h>
#include <stdint.h>

#define LEFTOVER_NAME_SIZE 64
#define LEFTOVER_LINE_SIZE 256

struct leftover {
	uint32_t pid;
	uint64_t start; /* field 22 of proc_pid_stat(5) */
};

/* "capctl_17_4711": both an instance and a group of probes. */
void leftover_name(const struct leftover *owner,
		   char ret_name[LEFTOVER_NAME_SIZE]);

/* false: not such a name. */
bool leftover_parse(const char *name, struct leftover *ret_owner);

/* The start of the next line, or the end of the text. */
const char *leftover_next(const char *line);

/*
 * Of a line of kprobe_events, "r256:GROUP/EVENT FUNCTION": the group, and the
 * line that removes the probe, "-:GROUP/EVENT". false: not such a line.
 */
bool leftover_removal(const char *line, char ret_group[LEFTOVER_NAME_SIZE],
		      char ret_removal[LEFTOVER_LINE_SIZE]);

/* The sum of "overrun" and "dropped events" in per_cpu/cpuN/stats. */
uint64_t leftover_lost(const char *stats);

#endif
