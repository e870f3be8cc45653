/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the text of /proc/PID/stat, proc_pid_stat(5). */
#ifndef CAPRUNTIME_BASE_PROCSTAT_H
#define CAPRUNTIME_BASE_PROCSTAT_H

#include <stdbool.h>
#include <stdint.h>

/* Is it the state of a thread that has ended? */
bool procstat_is_end(char state);

/* Field 4, or 0: it is missing, or the parent is in another PID namespace. */
int32_t procstat_parent(const char *stat);

/* Field 9: has it called execve(2) since it was forked? Also true without the field. */
bool procstat_has_executed(const char *stat);

/*
 * Field 22, the start time in clock ticks since boot, or 0 if it is missing; and
 * whether the process has ended: field 3 is the state of the main thread, field
 * 20 counts the threads.
 */
uint64_t procstat_start_time(const char *stat);
bool procstat_has_ended(const char *stat);

#endif
