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

static bool find_first(const char *text, size_t size,
		       const struct cgroup_names *list,
		       struct cgroup_place *ret_place)
{
	struct cgroup_search search = { text, size, list };

	return cgroup_next(&search, ret_place);
}

/* HIERARCHY:CONTROLLERS:PATH, and the path begins with a slash, if at all. */
static void check_place(const char *text, const struct cgroup_place *place)
{
	MUST(place->controllers > text && place->controllers[-1] == ':');
	MUST(place->controllers + place->controllers_len + 1 == place->above);
	MUST(!memchr(place->controllers, ':', place->controllers_len));
	MUST(place->above + place->above_len <= place->id);
	MUST(!place->above_len || place->above[place->above_len - 1] == '/');
	MUST(!memchr(place->above, '\n', place->above_len));
}

static void check_all(const char *text, size_t size)
{
	struct cgroup_search search = { text, size, &names };
	struct cgroup_place place;

	while (cgroup_next(&search, &place))
		check_place(text, &place);
	MUST(!search.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct cgroup_place place, again;
	size_t end;

	if (size > INPUT_MAX)
		return 0;
	check_all(text, size);
	if (!find_first(text, size, &names, &place)) {
		MUST(!find_first(text, size, NULL, &place));
		return 0;
	}
	MUST(place.id_len && place.id >= text &&
	     place.id + place.id_len <= text + size);
	MUST(!memchr(place.id, '/', place.id_len) &&
	     !memchr(place.id, '\n', place.id_len));
	MUST(place.is_known == is_known(place.id, place.id_len));
	MUST(cgroup_is_engine_id(place.id, place.id_len) || place.is_known ||
	     is_scope(text, size, place.id, place.id_len));
	end = (size_t)(place.id - text) + place.id_len;
	while (end < size && text[end] != '/' && text[end] != '\n')
		end++;
	MUST(find_first(text, end, &names, &again));
	MUST(again.id == place.id && again.id_len == place.id_len);
	return 0;
}
