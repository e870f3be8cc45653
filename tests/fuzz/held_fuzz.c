/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is the output of a probe's container. What is read, printed and read
 * again is the same.
 */
#include "config.h"

#include "capctl/probe/held.h"

#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"

static void check_same(const struct held *one, const struct held *other)
{
	char *difference CLEANUP_FREE = held_difference(one, other);

	MUST(difference && !*difference);
	MUST(one->uid == other->uid &&
	     one->no_new_privs == other->no_new_privs);
	MUST(!memcmp(&one->sets, &other->sets, sizeof(one->sets)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text CLEANUP_FREE = strndup((const char *)data, size);
	char *line CLEANUP_FREE = NULL;
	struct held held, again;

	if (!text || !held_parse(&held, text))
		return 0;
	line = held_line(&held);
	MUST(line && held_parse(&again, line));
	check_same(&held, &again);
	return 0;
}
