/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/procstat.h"

#include <stdlib.h>
#include <string.h>

#define FORKNOEXEC 0x40 /* PF_FORKNOEXEC of the kernel's linux/sched.h */

bool procstat_is_end(char state)
{
	return state == 'Z' || state == 'X';
}

/* The name may contain spaces and parentheses: the last one ends it. */
static const char *find_stat_field(const char *stat, int number)
{
	const char *at = strrchr(stat, ')');

	for (int field = 2; at && field < number; field++)
		at = strchr(at + 1, ' ');
	return at ? at + 1 : NULL;
}

bool procstat_has_ended(const char *stat)
{
	const char *state = find_stat_field(stat, 3);
	const char *threads = find_stat_field(stat, 20);

	return state && procstat_is_end(*state) &&
	       (!threads || strtoull(threads, NULL, 10) <= 1);
}

bool procstat_has_executed(const char *stat)
{
	const char *flags = find_stat_field(stat, 9);

	return !flags || !(strtoull(flags, NULL, 10) & FORKNOEXEC);
}

int32_t procstat_parent(const char *stat)
{
	const char *parent = find_stat_field(stat, 4);
	long number = parent ? strtol(parent, NULL, 10) : 0;

	return number > 0 && number <= INT32_MAX ? (int32_t)number : 0;
}

uint64_t procstat_start_time(const char *stat)
{
	const char *start = find_stat_field(stat, 22);

	return start ? strtoull(start, NULL, 10) : 0;
}
