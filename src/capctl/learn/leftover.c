/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/leftover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define PREFIX "capctl_"

void leftover_name(const struct leftover *owner,
		   char ret_name[LEFTOVER_NAME_SIZE])
{
	snprintf(ret_name, LEFTOVER_NAME_SIZE, PREFIX "%" PRIu32 "_%" PRIu64,
		 owner->pid, owner->start);
}

/* Only the name that is made of the numbers counts: no sign, no zeros. */
bool leftover_parse(const char *name, struct leftover *ret_owner)
{
	char again[LEFTOVER_NAME_SIZE], *end;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	ret_owner->pid = (uint32_t)strtoul(name + strlen(PREFIX), &end, 10);
	ret_owner->start = *end == '_' ? strtoull(end + 1, NULL, 10) : 0;
	leftover_name(ret_owner, again);
	return strcmp(name, again) == 0;
}

const char *leftover_next(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

bool leftover_removal(const char *line, char ret_group[LEFTOVER_NAME_SIZE],
		      char ret_removal[LEFTOVER_LINE_SIZE])
{
	size_t kind = strcspn(line, ": \n");
	const char *name = line + kind + 1;
	size_t group, len;

	if (line[kind] != ':')
		return false;
	group = strcspn(name, "/ \n");
	len = strcspn(name, " \n");
	if (name[group] != '/' || group >= LEFTOVER_NAME_SIZE ||
	    len + strlen("-:") >= LEFTOVER_LINE_SIZE)
		return false;
	snprintf(ret_group, LEFTOVER_NAME_SIZE, "%.*s", (int)group, name);
	snprintf(ret_removal, LEFTOVER_LINE_SIZE, "-:%.*s", (int)len, name);
	return true;
}

uint64_t leftover_lost(const char *stats)
{
	static const char *const keys[] = { "overrun:", "dropped events:",
					    "commit overrun:" };
	uint64_t lost = 0;

	for (; *stats; stats = leftover_next(stats))
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (strncmp(stats, keys[i], strlen(keys[i])) == 0)
				lost += strtoull(stats + strlen(keys[i]), NULL,
						 10);
	return lost;
}
