/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a child into a user namespace of its own. */
#ifndef CAPRUNTIME_USERNS_H
#define CAPRUNTIME_USERNS_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* As its root; all other users are the overflow user in it. */
static inline bool enter_user_namespace(void)
{
	FILE *map;
	unsigned int uid = geteuid();

	if (unshare(CLONE_NEWUSER) < 0)
		return false;
	map = fopen("/proc/self/uid_map", "we");
	return map && fprintf(map, "0 %u 1\n", uid) > 0 && fclose(map) == 0;
}

#endif
