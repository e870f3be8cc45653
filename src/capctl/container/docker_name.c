/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/docker_name.h"

#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "capctl/process/cgroup.h"

#define PARENT "/moby/"
#define DEFAULT_DIRECTORY "/var/lib/docker/containers"

bool docker_name_is_bundle(const char *bundle)
{
	const char *id = path_basename(bundle);
	size_t parent = strlen(PARENT);

	return (size_t)(id - bundle) >= parent &&
	       memcmp(id - parent, PARENT, parent) == 0 &&
	       cgroup_is_engine_id(id, strlen(id));
}

/*
 * The length of DIRECTORY in "DIRECTORY/ID/hosts"; 0: it has another form. The id
 * can be that of a container whose network is shared.
 */
static size_t directory_len(const char *source)
{
	static const char *const names[] = { "hosts", "hostname",
					     "resolv.conf" };
	const char *name = path_basename(source);
	const char *id, *slash;

	if (*source != '/' || name - source < 2)
		return 0;
	slash = memrchr(source, '/', (size_t)(name - source - 1));
	if (!slash)
		return 0;
	id = slash + 1;
	if (!cgroup_is_engine_id(id, (size_t)(name - id - 1)))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (size_t)(slash - source);
	return 0;
}

static const char *mount_source(struct json_object *mounts, size_t at)
{
	struct json_object *mount = json_object_array_get_idx(mounts, at);
	struct json_object *source;

	return json_object_object_get_ex(mount, "source", &source)
		       ? json_object_get_string(source)
		       : NULL;
}

char *docker_name_path(const char *bundle, const char *config)
{
	struct json_object *object = json_tokener_parse(config), *mounts = NULL;
	const char *directory = DEFAULT_DIRECTORY;
	size_t len = strlen(directory), found;
	char *path;

	if (json_object_object_get_ex(object, "mounts", &mounts) &&
	    !json_object_is_type(mounts, json_type_array))
		mounts = NULL;
	for (size_t i = 0; mounts && i < json_object_array_length(mounts);
	     i++) {
		const char *source = mount_source(mounts, i);

		found = source ? directory_len(source) : 0;
		if (!found)
			continue;
		directory = source;
		len = found;
		break;
	}
	path = alloc_text("%.*s/%s/config.v2.json", (int)len, directory,
			  path_basename(bundle));
	json_object_put(object);
	return path;
}

char *docker_name_parse(const char *text)
{
	struct json_object *object = json_tokener_parse(text), *name;
	char *copy = NULL;

	if (json_object_object_get_ex(object, "Name", &name) &&
	    json_object_is_type(name, json_type_string)) {
		const char *value = json_object_get_string(name);

		value += *value == '/';
		copy = *value ? strdup(value) : NULL;
	}
	json_object_put(object);
	return copy;
}
