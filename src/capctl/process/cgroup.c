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

static bool search_path(struct part path, const struct cgroup_names *names,
			struct part *ret_id)
{
	while (path.len) {
		const char *slash = memchr(path.text, '/', path.len);
		size_t len = slash ? (size_t)(slash - path.text) : path.len;

		if (find_id((struct part){ path.text, len }, names, ret_id))
			return true;
		len += slash != NULL;
		path.text += len;
		path.len -= len;
	}
	return false;
}

/* A line is HIERARCHY:CONTROLLERS:PATH; the path may contain colons. */
static struct part find_cgroup_path(struct part line)
{
	for (int colons = 0; colons < 2; colons++) {
		const char *colon = memchr(line.text, ':', line.len);

		if (!colon)
			return (struct part){ line.text, 0 };
		line.len -= (size_t)(colon + 1 - line.text);
		line.text = colon + 1;
	}
	return line;
}

bool cgroup_container(const char *text, size_t len,
		      const struct cgroup_names *names, const char **ret_id,
		      size_t *ret_len)
{
	struct part id;

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		if (search_path(find_cgroup_path((struct part){ text, line }),
				names, &id)) {
			*ret_id = id.text;
			*ret_len = id.len;
			return true;
		}
		line += end != NULL;
		text += line;
		len -= line;
	}
	return false;
}
