/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/spec.h"

#include <string.h>

/* The securityContext of the pod, for containers without one of their own. */
struct defaults {
	int64_t uid;
	int64_t gid;
	enum values_truth non_root;
};

struct spec_reader {
	const struct values *values;
	struct pod *pod;
	size_t *containers;
	struct defaults defaults;
};

static const char *const pod_context_keys[] = { "appArmorProfile",
						"fsGroup",
						"fsGroupChangePolicy",
						"runAsGroup",
						"runAsNonRoot",
						"runAsUser",
						"seLinuxChangePolicy",
						"seLinuxOptions",
						"seccompProfile",
						"supplementalGroups",
						"supplementalGroupsPolicy",
						"sysctls",
						"windowsOptions",
						NULL };
static const char *const context_keys[] = { "allowPrivilegeEscalation",
					    "appArmorProfile",
					    "capabilities",
					    "privileged",
					    "procMount",
					    "readOnlyRootFilesystem",
					    "runAsGroup",
					    "runAsNonRoot",
					    "runAsUser",
					    "seLinuxOptions",
					    "seccompProfile",
					    "windowsOptions",
					    NULL };
static const char *const capabilities_keys[] = { "add", "drop", NULL };

const char *pod_container_type_name(enum pod_container_type type)
{
	static const char *const names[] = {
		[POD_CONTAINER] = "container",
		[POD_INIT] = "init container",
		[POD_EPHEMERAL] = "ephemeral container",
	};

	return names[type];
}

static bool is_known_key(const char *key, const char *const known[])
{
	for (size_t i = 0; known[i]; i++)
		if (strcmp(key, known[i]) == 0)
			return true;
	return false;
}

/* A misspelt key would leave out what decides the capabilities. */
static int check_keys(const struct values *values, const struct yaml_value *map,
		      const char *name, const char *const known[])
{
	for (const struct yaml_item *item = map ? map->items : NULL; item;
	     item = item->next)
		if (!is_known_key(item->key, known))
			return yaml_err(
				values->err, values->tree, item->value,
				"'%s' has no key '%s': correct or remove it",
				name, item->key);
	return 0;
}

static int get_strings(const struct values *values,
		       const struct yaml_value *map, const char *key,
		       const struct yaml_value **ret_list)
{
	if (values_get_list(values, map, key, ret_list) < 0)
		return -1;
	return values_check_texts(values, *ret_list, key);
}

static int read_capabilities(const struct values *values,
			     struct pod_container *container,
			     const struct yaml_value *context)
{
	const struct yaml_value *capabilities;

	if (values_get_map(values, context, "capabilities", &capabilities) < 0)
		return -1;
	if (check_keys(values, capabilities, "capabilities",
		       capabilities_keys) < 0)
		return -1;
	if (get_strings(values, capabilities, "add", &container->add) < 0)
		return -1;
	return get_strings(values, capabilities, "drop", &container->drop);
}

/* In the container's own context, else in the pod's. */
static int read_user(const struct spec_reader *reader,
		     struct pod_container *container,
		     const struct yaml_value *context)
{
	const struct values *values = reader->values;
	const struct defaults *defaults = &reader->defaults;
	enum values_truth non_root;

	if (values_get_id(values, context, "runAsUser", &container->uid) < 0 ||
	    values_get_id(values, context, "runAsGroup", &container->gid) < 0 ||
	    values_get_truth(values, context, "runAsNonRoot", &non_root) < 0)
		return -1;
	if (container->uid < 0)
		container->uid = defaults->uid;
	if (container->gid < 0)
		container->gid = defaults->gid;
	if (non_root == VALUES_ABSENT)
		non_root = defaults->non_root;
	container->non_root = non_root == VALUES_TRUE;
	return 0;
}

static int read_context(const struct spec_reader *reader,
			struct pod_container *container,
			const struct yaml_value *object)
{
	const struct values *values = reader->values;
	const struct yaml_value *context;
	enum values_truth privileged, escalation;

	if (values_get_map(values, object, "securityContext", &context) < 0 ||
	    check_keys(values, context, "securityContext", context_keys) < 0 ||
	    read_user(reader, container, context) < 0 ||
	    values_get_truth(values, context, "privileged", &privileged) < 0 ||
	    values_get_truth(values, context, "allowPrivilegeEscalation",
			     &escalation) < 0)
		return -1;
	container->privileged = privileged == VALUES_TRUE;
	container->no_new_privileges = escalation == VALUES_FALSE;
	return read_capabilities(values, container, context);
}

/* Only $PATH counts; the last one wins. */
static int read_search_path(const struct values *values,
			    struct pod_container *container,
			    const struct yaml_value *object)
{
	const struct yaml_value *env;
	const char *name, *text;

	if (values_get_list(values, object, "env", &env) < 0)
		return -1;
	for (const struct yaml_item *item = env ? env->items : NULL; item;
	     item = item->next) {
		if (values_get_text(values, item->value, "name", &name) < 0)
			return -1;
		if (!name || strcmp(name, "PATH") != 0)
			continue;
		if (values_get_text(values, item->value, "value", &text) < 0)
			return -1;
		container->search = text;
	}
	return 0;
}

static int read_command(const struct values *values,
			struct pod_container *container,
			const struct yaml_value *object)
{
	if (values_get_text(values, object, "image", &container->image) < 0 ||
	    values_get_text(values, object, "workingDir",
			    &container->directory) < 0 ||
	    get_strings(values, object, "command", &container->command) < 0 ||
	    get_strings(values, object, "args", &container->args) < 0)
		return -1;
	return read_search_path(values, container, object);
}

static int add_container(struct spec_reader *reader,
			 enum pod_container_type type,
			 const struct yaml_value *object)
{
	struct pod *pod = reader->pod;
	const struct values *values = reader->values;
	struct pod_container *container;

	if (!values_is_map(object))
		return yaml_err(values->err, values->tree, object,
				"expected a container: a map with 'name'");
	if (++*reader->containers > POD_CONTAINERS_MAX)
		return yaml_err(values->err, values->tree, object,
				"more than %d containers: split the file",
				POD_CONTAINERS_MAX);
	container = arena_alloc(&values->tree->memory, sizeof(*container));
	if (!container)
		return err_set_no_memory(values->err);
	container->at = object;
	container->type = type;
	if (values_get_text(values, object, "name", &container->name) < 0)
		return -1;
	if (!container->name)
		return yaml_err(values->err, values->tree, object,
				"the container has no 'name': add it");
	if (read_command(values, container, object) < 0 ||
	    read_context(reader, container, object) < 0)
		return -1;
	if (pod->last)
		pod->last->next = container;
	else
		pod->containers = container;
	pod->last = container;
	return 0;
}

static int add_containers(struct spec_reader *reader,
			  const struct yaml_value *spec, const char *key,
			  enum pod_container_type type)
{
	const struct yaml_value *list;

	if (values_get_list(reader->values, spec, key, &list) < 0)
		return -1;
	for (const struct yaml_item *item = list ? list->items : NULL; item;
	     item = item->next)
		if (add_container(reader, type, item->value) < 0)
			return -1;
	return 0;
}

bool pod_is_port_sysctl(const char *name)
{
	const char *wanted = POD_PORT_SYSCTL;

	while (*wanted &&
	       (*name == *wanted || (*wanted == '.' && *name == '/'))) {
		wanted++;
		name++;
	}
	return !*wanted && !*name;
}

static int read_sysctls(struct pod *pod, const struct values *values,
			const struct yaml_value *context)
{
	const struct yaml_value *list;
	const char *name, *value;

	if (values_get_list(values, context, "sysctls", &list) < 0)
		return -1;
	for (const struct yaml_item *item = list ? list->items : NULL; item;
	     item = item->next) {
		if (!values_is_map(item->value))
			return yaml_err(
				values->err, values->tree, item->value,
				"expected a sysctl: a map with 'name' and 'value'");
		if (values_get_text(values, item->value, "name", &name) < 0 ||
		    values_get_text(values, item->value, "value", &value) < 0)
			return -1;
		if (name && pod_is_port_sysctl(name))
			pod->port_start = value;
	}
	return 0;
}

static int read_pod_context(struct spec_reader *reader,
			    const struct yaml_value *spec)
{
	const struct values *values = reader->values;
	struct defaults *defaults = &reader->defaults;
	struct pod *pod = reader->pod;
	const struct yaml_value *context;

	if (values_get_map(values, spec, "securityContext", &context) < 0 ||
	    check_keys(values, context, "securityContext", pod_context_keys) <
		    0 ||
	    values_get_id(values, context, "runAsUser", &defaults->uid) < 0 ||
	    values_get_id(values, context, "runAsGroup", &defaults->gid) < 0 ||
	    values_get_truth(values, context, "runAsNonRoot",
			     &defaults->non_root) < 0 ||
	    values_get_id(values, context, "fsGroup", &pod->fs_group) < 0 ||
	    values_get_list(values, context, "supplementalGroups",
			    &pod->groups) < 0 ||
	    read_sysctls(pod, values, context) < 0)
		return -1;
	return values_check_ids(values, pod->groups, "supplementalGroups");
}

static int read_namespaces(struct pod *pod, const struct values *values,
			   const struct yaml_value *spec)
{
	enum values_truth network, pid, users;

	if (values_get_truth(values, spec, "hostNetwork", &network) < 0 ||
	    values_get_truth(values, spec, "hostPID", &pid) < 0 ||
	    values_get_truth(values, spec, "hostUsers", &users) < 0)
		return -1;
	pod->host_network = network == VALUES_TRUE;
	pod->host_pid = pid == VALUES_TRUE;
	pod->new_users = users == VALUES_FALSE;
	return values_get_text(values, spec, "runtimeClassName",
			       &pod->runtime_class);
}

int pod_spec_read(struct pod *pod, const struct values *values,
		  const struct yaml_value *template, size_t *containers)
{
	struct spec_reader reader = { .values = values,
				      .pod = pod,
				      .containers = containers };
	const struct yaml_value *metadata, *spec;

	if (values_get_map(values, template, "metadata", &metadata) < 0 ||
	    values_get_map(values, metadata, "annotations", &pod->annotations) <
		    0 ||
	    values_check_texts(values, pod->annotations, "annotations") < 0 ||
	    values_get_map(values, template, "spec", &spec) < 0)
		return -1;
	if (!spec)
		return yaml_err(values->err, values->tree, template,
				"%s: the pod has no 'spec': add it", pod->kind);
	if (read_namespaces(pod, values, spec) < 0 ||
	    read_pod_context(&reader, spec) < 0 ||
	    add_containers(&reader, spec, "initContainers", POD_INIT) < 0 ||
	    add_containers(&reader, spec, "containers", POD_CONTAINER) < 0)
		return -1;
	if (!pod->last || pod->last->type != POD_CONTAINER)
		return yaml_err(
			values->err, values->tree, spec,
			"%s: no 'containers' in the pod's spec: add one",
			pod->kind);
	return add_containers(&reader, spec, "ephemeralContainers",
			      POD_EPHEMERAL);
}
