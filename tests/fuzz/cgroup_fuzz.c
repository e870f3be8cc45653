/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a cgroup file. The id is part of a path in it, the first match:
 * the text after it changes nothing.
 */
#include "config.h"

#include "capctl/process/cgroup.h"

#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"

#define INPUT_MAX 16384

static const char *const known[] = { "web", "db-1" };
static const struct cgroup_names names = { known, ARRAY_LEN(known) };

static bool is_known(const char *id, size_t len)
{
	for (size_t i = 0; i < names.count; i++)
		if (strlen(known[i]) == len && !memcmp(known[i], id, len))
			return true;
	return false;
}

/* A systemd scope: ENGINE- before the id and .scope after it. */
static bool is_scope(const char *text, size_t size, const char *id, size_t len)
{
	size_t before = (size_t)(id - text);

	return before >= 5 && size - before - len >= 6 && id[-1] == '-' &&
	       !memcmp(id + len, ".scope", 6);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *id = NULL, *again;
	size_t len = 0, end, again_len;

	if (size > INPUT_MAX)
		return 0;
	if (!cgroup_container(text, size, &names, &id, &len)) {
		MUST(!cgroup_container(text, size, NULL, &id, &len));
		return 0;
	}
	MUST(len && id >= text && id + len <= text + size);
	MUST(!memchr(id, '/', len) && !memchr(id, '\n', len));
	MUST(cgroup_is_engine_id(id, len) || is_known(id, len) ||
	     is_scope(text, size, id, len));
	end = (size_t)(id - text) + len;
	while (end < size && text[end] != '/' && text[end] != '\n')
		end++;
	MUST(cgroup_container(text, end, &names, &again, &again_len));
	MUST(again == id && again_len == len);
	return 0;
}
