/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/bundle.h"

#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/child.h"
#include "capctl/probe/place.h"
#include "policy/ambient_request.h"

/* Where the program is in the container. */
#define PROGRAM "/capctl"

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static struct json_object *new_list(const char *const *texts, size_t count)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(texts[i]));
	return list;
}

static void add_mount(struct json_object *mounts, const char *type,
		      const char *source, const char *destination)
{
	static const char *const bind[] = { "bind", "ro", "nosuid", "nodev" };
	static const char *const other[] = { "nosuid", "noexec" };
	struct json_object *mount = json_object_new_object();

	add_text(mount, "destination", destination);
	add_text(mount, "type", type);
	add_text(mount, "source", source);
	json_object_object_add(mount, "options",
			       strcmp(type, "bind") == 0
				       ? new_list(bind, ARRAY_LEN(bind))
				       : new_list(other, ARRAY_LEN(other)));
	json_object_array_add(mounts, mount);
}

static struct json_object *new_mounts(const struct payload *payload)
{
	struct json_object *mounts = json_object_new_array();

	add_mount(mounts, "proc", "proc", "/proc");
	add_mount(mounts, "tmpfs", "tmpfs", "/dev");
	add_mount(mounts, "bind", payload->program, PROGRAM);
	for (size_t i = 0; i < payload->count; i++)
		add_mount(mounts, "bind", payload->files[i], payload->files[i]);
	return mounts;
}

/* The sets that an engine writes for a user: no other has a capability. */
static struct json_object *new_capabilities(void)
{
	static const char *const keys[] = { "bounding", "effective",
					    "permitted" };
	struct json_object *sets = json_object_new_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_object_add(
			sets, keys[i],
			new_list(probe_capabilities, probe_capabilities_count));
	return sets;
}

static struct json_object *new_process(const struct probe_case *test,
				       const struct payload *payload)
{
	static const char *const words[] = { PROGRAM, "doctor",
					     "--probe-inside" };
	const char *const environment[] = { child_path_entry, payload->search };
	struct json_object *process = json_object_new_object();
	struct json_object *user = json_object_new_object();

	json_object_object_add(user, "uid", json_object_new_int64(test->uid));
	json_object_object_add(user, "gid", json_object_new_int64(test->uid));
	json_object_object_add(process, "user", user);
	json_object_object_add(process, "args",
			       new_list(words, ARRAY_LEN(words)));
	json_object_object_add(process, "env",
			       new_list(environment, payload->count ? 2 : 1));
	add_text(process, "cwd", "/");
	json_object_object_add(process, "capabilities", new_capabilities());
	return process;
}

/* The network is a new one, which has no device. */
static struct json_object *new_linux(const char *id)
{
	static const char *const types[] = { "pid", "ipc", "uts", "mount",
					     "network" };
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char *cgroup CLEANUP_FREE = alloc_text("/%s", id);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct json_object *entry = json_object_new_object();

		add_text(entry, "type", types[i]);
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "namespaces", list);
	if (cgroup)
		add_text(object, "cgroupsPath", cgroup);
	return object;
}

static struct json_object *new_config(const struct probe_case *test,
				      const char *id,
				      const struct payload *payload)
{
	struct json_object *config = json_object_new_object();
	struct json_object *root = json_object_new_object();
	struct json_object *annotations = json_object_new_object();

	add_text(config, "ociVersion", "1.0.2");
	json_object_object_add(config, "process", new_process(test, payload));
	add_text(root, "path", "rootfs");
	json_object_object_add(root, "readonly", json_object_new_boolean(true));
	json_object_object_add(config, "root", root);
	json_object_object_add(config, "mounts", new_mounts(payload));
	json_object_object_add(config, "linux", new_linux(id));
	if (test->request)
		add_text(annotations, AMBIENT_REQUEST_KEY, test->request);
	json_object_object_add(config, "annotations", annotations);
	return config;
}

/* Takes the object. NULL: out of memory. */
static char *print_object(struct json_object *object)
{
	const char *text = json_object_to_json_string(object);
	char *copy = text ? strdup(text) : NULL;

	json_object_put(object);
	return copy;
}

int probe_bundle_name(struct probe_bundle *ret_bundle,
		      const struct probe_case *test, const char *id,
		      const struct payload *payload, struct err *err)
{
	const char *name = test->again ? test->again : test->name;
	char *path = place_path(name);

	*ret_bundle = (struct probe_bundle){ .path = path };
	if (!path)
		return err_set_no_memory(err);
	ret_bundle->config_path = alloc_text("%s/config.json", path);
	ret_bundle->record_path = alloc_text("%s/.capruntime.json", path);
	ret_bundle->process_path = alloc_text("%s/process.json", path);
	ret_bundle->config = print_object(new_config(test, id, payload));
	if (!ret_bundle->config_path || !ret_bundle->record_path ||
	    !ret_bundle->process_path || !ret_bundle->config)
		return err_set_no_memory(err);
	return 0;
}

static int write_process(const struct probe_bundle *bundle, struct err *err)
{
	struct json_object *config = json_tokener_parse(bundle->config);
	char *process CLEANUP_FREE = NULL;

	if (!config)
		return err_set_no_memory(err);
	process = print_object(
		json_object_get(json_object_object_get(config, "process")));
	json_object_put(config);
	return process ? place_write(bundle->process_path, process, err)
		       : err_set_no_memory(err);
}

int probe_bundle_write(const struct probe_bundle *bundle, struct err *err)
{
	char *root CLEANUP_FREE = alloc_text("%s/rootfs", bundle->path);

	if (!root)
		return err_set_no_memory(err);
	if (place_make_directory(bundle->path, err) < 0 ||
	    place_make_directory(root, err) < 0 ||
	    place_write(bundle->config_path, bundle->config, err) < 0)
		return -1;
	return write_process(bundle, err);
}

void probe_bundle_free(struct probe_bundle *bundle)
{
	free(bundle->path);
	free(bundle->config);
	free(bundle->config_path);
	free(bundle->record_path);
	free(bundle->process_path);
}
