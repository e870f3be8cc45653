/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/cgroup.h"

#include <string.h>

#include "base/cleanup.h"

#define ID_DIGITS 64
#define SCOPE ".scope"

struct part {
	const char *text;
	size_t len;
};

bool cgroup_is_engine_id(const char *id, size_t len)
{
	if (len != ID_DIGITS)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("0123456789abcdef", id[i]) || !id[i])
			return false;
	return true;
}

bool cgroup_is_short_id(const char *id, const char *text)
{
	return *text && cgroup_is_engine_id(id, strlen(id)) &&
	       strncmp(id, text, strlen(text)) == 0;
}

static bool ends_in(struct part part, const char *end)
{
	size_t len = strlen(end);

	return part.len >= len &&
	       memcmp(part.text + part.len - len, end, len) == 0;
}

static bool starts_with(struct part part, const char *start)
{
	size_t len = strlen(start);

	return part.len > len && memcmp(part.text, start, len) == 0;
}

static bool is_engine_prefix(struct part prefix)
{
	if (!prefix.len)
		return true;
	return (ends_in(prefix, "-") || ends_in(prefix, ":")) &&
	       !ends_in(prefix, "conmon-");
}

/* ENGINE-ID; ENGINE:ID where a systemd cgroup name is used with cgroupfs. */
static bool find_engine_id(struct part part, struct part *ret_id)
{
	struct part prefix, id;

	if (part.len < ID_DIGITS)
		return false;
	prefix = (struct part){ part.text, part.len - ID_DIGITS };
	id = (struct part){ part.text + prefix.len, ID_DIGITS };
	if (!cgroup_is_engine_id(id.text, id.len) || !is_engine_prefix(prefix))
		return false;
	*ret_id = id;
	return true;
}

/* The default names that runc and crun give to a systemd scope. */
static bool find_scope_id(struct part part, struct part *ret_id)
{
	static const char *const runtimes[] = { "runc-", "crun-" };

	for (size_t i = 0; i < ARRAY_LEN(runtimes); i++) {
		size_t len = strlen(runtimes[i]);

		if (!starts_with(part, runtimes[i]))
			continue;
		*ret_id = (struct part){ part.text + len, part.len - len };
		return true;
	}
	return false;
}

static bool find_name(struct part part, const struct cgroup_names *names,
		      struct part *ret_id)
{
	for (size_t i = 0; names && i < names->count; i++) {
		if (strlen(names->list[i]) != part.len ||
		    memcmp(names->list[i], part.text, part.len) != 0)
			continue;
		*ret_id = part;
		return true;
	}
	return false;
}

static bool find_id(struct part part, const struct cgroup_names *names,
		    struct part *ret_id)
{
	struct part bare = part;

	if (!part.len)
		return false;
	if (ends_in(part, SCOPE))
		bare.len -= strlen(SCOPE);
	return find_engine_id(bare, ret_id) ||
	       (bare.len < part.len && find_scope_id(bare, ret_id)) ||
	       find_name(part, names, ret_id);
}

static bool is_known(struct part id, const struct cgroup_names *names)
{
	struct part ignored;

	return find_name(id, names, &ignored);
}

static bool search_path(struct part path, const struct cgroup_names *names,
			struct cgroup_place *ret_place)
{
	const char *start = path.text;
	struct part id;

	while (path.len) {
		const char *slash = memchr(path.text, '/', path.len);
		size_t len = slash ? (size_t)(slash - path.text) : path.len;

		if (find_id((struct part){ path.text, len }, names, &id)) {
			ret_place->id = id.text;
			ret_place->id_len = id.len;
			ret_place->is_known = is_known(id, names);
			ret_place->above = start;
			ret_place->above_len = (size_t)(path.text - start);
			return true;
		}
		len += slash != NULL;
		path.text += len;
		path.len -= len;
	}
	return false;
}

static struct part cut_field(struct part *line)
{
	const char *colon = memchr(line->text, ':', line->len);
	size_t len = colon ? (size_t)(colon - line->text) : line->len;
	struct part field = { line->text, len };

	len += colon != NULL;
	line->text += len;
	line->len -= len;
	return field;
}

/* A line is HIERARCHY:CONTROLLERS:PATH; the path may contain colons. */
static bool search_line(struct part line, const struct cgroup_names *names,
			struct cgroup_place *ret_place)
{
	struct part controllers;

	cut_field(&line);
	controllers = cut_field(&line);
	*ret_place = (struct cgroup_place){
		.controllers = controllers.text,
		.controllers_len = controllers.len,
	};
	return search_path(line, names, ret_place);
}

bool cgroup_next(struct cgroup_search *search, struct cgroup_place *ret_place)
{
	bool found = false;

	while (search->len && !found) {
		const char *end = memchr(search->text, '\n', search->len);
		size_t len = end ? (size_t)(end - search->text) : search->len;

		found = search_line((struct part){ search->text, len },
				    search->names, ret_place);
		len += end != NULL;
		search->text += len;
		search->len -= len;
	}
	return found;
}
