/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/run_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_PREFIX "capctl-learn-"

void run_name_make(const struct run_owner *owner, const char *end,
		   char ret_name[RUN_NAME_SIZE])
{
	snprintf(ret_name, RUN_NAME_SIZE,
		 RUN_PREFIX "%" PRIu64 "-%" PRIu32 "-%" PRIu64 "-%s",
		 owner->namespace, owner->pid, owner->start, end);
}

static uint64_t parse_part(const char **at)
{
	char *end;
	uint64_t number = strtoull(*at, &end, 10);

	*at = *end == '-' ? end + 1 : "";
	return number;
}

/* Only the name that is made of the numbers counts: no sign, no zeros. */
bool run_name_parse(const char *name, struct run_owner *ret_owner)
{
	char again[RUN_NAME_SIZE];
	const char *at = name + strlen(RUN_PREFIX);

	if (strncmp(name, RUN_PREFIX, strlen(RUN_PREFIX)) != 0)
		return false;
	ret_owner->namespace = parse_part(&at);
	ret_owner->pid = (uint32_t)parse_part(&at);
	ret_owner->start = parse_part(&at);
	run_name_make(ret_owner, at, again);
	return *at && strcmp(name, again) == 0;
}
