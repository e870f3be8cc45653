/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/manifest.h"

#include <stdio.h>
#include <string.h>

#define LISTS_MAX 4 /* one in the other */
#define PATH_KEYS 4

/* An object that makes pods: where its pods' template is, and their names. */
struct maker {
	const char *kind;
	const char *path[PATH_KEYS + 1];
	const char *suffix; /* an example of what the cluster appends */
};

static const struct maker makers[] = {
	{ "Pod", { NULL }, NULL },
	{ "Deployment", { "spec", "template" }, "-5d4cb8f7b6-x7k2p" },
	{ "ReplicaSet", { "spec", "template" }, "-x7k2p" },
	{ "StatefulSet", { "spec", "template" }, "-0" },
	{ "DaemonSet", { "spec", "template" }, "-x7k2p" },
	{ "Job", { "spec", "template" }, "-x7k2p" },
	{ "CronJob",
	  { "spec", "jobTemplate", "spec", "template" },
	  "-29384756-x7k2p" },
};

#define KINDS                                                                  \
	"Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or List"

static const struct maker *find_maker(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		if (strcmp(makers[i].kind, kind) == 0)
			return &makers[i];
	return NULL;
}

static int add_class(struct manifest *manifest, const struct values *values,
		     const struct yaml_value *object)
{
	const struct yaml_value *metadata;
	struct pod_class *class =
		arena_alloc(&manifest->tree.memory, sizeof(*class));

	if (!class)
		return err_set_no_memory(values->err);
	if (values_get_map(values, object, "metadata", &metadata) < 0 ||
	    values_get_text(values, metadata, "name", &class->name) < 0 ||
	    values_get_text(values, object, "handler", &class->handler) < 0)
		return -1;
	if (!class->name || !class->handler)
		return yaml_err(
			values->err, values->tree, object,
			"RuntimeClass: 'metadata.name' or 'handler' is missing: add it");
	class->next = manifest->classes;
	manifest->classes = class;
	return 0;
}

static int find_template(const struct values *values, const struct maker *maker,
			 const struct yaml_value *object,
			 const struct yaml_value **ret_template)
{
	const struct yaml_value *part = object, *below;

	for (const char *const *key = maker->path; *key; key++) {
		if (values_get_map(values, part, *key, &below) < 0)
			return -1;
		if (!below)
			return yaml_err(values->err, values->tree, part,
					"%s: '%s' is missing: add it",
					maker->kind, *key);
		part = below;
	}
	*ret_template = part;
	return 0;
}

static const char *join(struct manifest *manifest, const char *start,
			const char *end)
{
	size_t size = strlen(start) + strlen(end) + 1;
	char *text = arena_alloc(&manifest->tree.memory, size);

	if (text)
		snprintf(text, size, "%s%s", start, end);
	return text;
}

/* Without a name, `generateName` and what the cluster appends to it. */
static int read_name(struct manifest *manifest, struct pod *pod,
		     const struct values *values, const struct maker *maker,
		     const struct yaml_value *object)
{
	const struct yaml_value *metadata;
	const char *start;

	if (values_get_map(values, object, "metadata", &metadata) < 0 ||
	    values_get_text(values, metadata, "name", &pod->object) < 0 ||
	    values_get_text(values, metadata, "generateName", &start) < 0 ||
	    values_get_text(values, metadata, "namespace", &pod->namespace) < 0)
		return -1;
	if (!pod->object && !start)
		return yaml_err(
			values->err, values->tree, metadata ? metadata : object,
			"%s: 'metadata.name' is missing: add it", maker->kind);
	pod->is_example = !pod->object || maker->suffix;
	if (!pod->object)
		pod->object = join(manifest, start, "x7k2p");
	pod->name = pod->object && maker->suffix
			    ? join(manifest, pod->object, maker->suffix)
			    : pod->object;
	return pod->name ? 0 : err_set_no_memory(values->err);
}

static int add_pod(struct manifest *manifest, const struct values *values,
		   const struct maker *maker, const struct yaml_value *object)
{
	const struct yaml_value *template = NULL;
	struct pod *pod = arena_alloc(&manifest->tree.memory, sizeof(*pod));

	if (!pod)
		return err_set_no_memory(values->err);
	pod->kind = maker->kind;
	pod->at = object;
	if (read_name(manifest, pod, values, maker, object) < 0 ||
	    find_template(values, maker, object, &template) < 0 ||
	    pod_spec_read(pod, values, template, &manifest->containers) < 0)
		return -1;
	if (manifest->last)
		manifest->last->next = pod;
	else
		manifest->pods = pod;
	manifest->last = pod;
	return 0;
}

/* What was found instead of a pod, for the message. */
struct others {
	const struct yaml_value *first;
	const char *kind;
};

static int add_object(struct manifest *manifest, const struct values *values,
		      const struct yaml_value *object, int lists,
		      struct others *others);

static int add_list(struct manifest *manifest, const struct values *values,
		    const struct yaml_value *list, int lists,
		    struct others *others)
{
	const struct yaml_value *items;

	if (!lists)
		return yaml_err(values->err, values->tree, list,
				"too many lists in each other");
	if (values_get_list(values, list, "items", &items) < 0)
		return -1;
	if (!items)
		return 0;
	for (const struct yaml_item *item = items->items; item;
	     item = item->next)
		if (add_object(manifest, values, item->value, lists - 1,
			       others) < 0)
			return -1;
	return 0;
}

static bool is_list_kind(const char *kind)
{
	size_t len = strlen(kind);

	return len >= 4 && strcmp(kind + len - 4, "List") == 0;
}

static int add_object(struct manifest *manifest, const struct values *values,
		      const struct yaml_value *object, int lists,
		      struct others *others)
{
	const struct maker *maker;
	const char *kind;

	if (++manifest->objects > MANIFEST_OBJECTS_MAX)
		return yaml_err(values->err, values->tree, object,
				"more than %d objects: split the file",
				MANIFEST_OBJECTS_MAX);
	if (!values_is_map(object))
		return yaml_err(
			values->err, values->tree, object,
			"expected an object of Kubernetes: a map with 'kind'");
	if (values_get_text(values, object, "kind", &kind) < 0)
		return -1;
	if (!kind)
		return yaml_err(values->err, values->tree, object,
				"'kind' is missing: expected " KINDS);
	maker = find_maker(kind);
	if (maker)
		return add_pod(manifest, values, maker, object);
	if (strcmp(kind, "RuntimeClass") == 0)
		return add_class(manifest, values, object);
	if (is_list_kind(kind) && yaml_find(object, "items"))
		return add_list(manifest, values, object, lists, others);
	if (!others->first)
		*others = (struct others){ object, kind };
	return 0;
}

/* An empty document, as between two lines '---'. */
static bool is_empty(const struct yaml_value *document)
{
	return document->kind == YAML_SCALAR && !document->quoted &&
	       !*document->text;
}

static int err_no_pod(const struct manifest *manifest,
		      const struct others *others, struct err *err)
{
	if (others->first)
		return yaml_err(
			err, &manifest->tree, others->first,
			"'kind' is '%s', which makes no pod: expected " KINDS,
			others->kind);
	return err_set(err, "'%s': no pod in it: expected " KINDS,
		       manifest->tree.name);
}

int manifest_read(struct manifest *ret_manifest, const char *name,
		  const char *text, size_t len, struct err *err)
{
	struct manifest *manifest = ret_manifest;
	struct values values = { &manifest->tree, err };
	struct others others = { 0 };

	*manifest = (struct manifest){ 0 };
	if (yaml_tree_read(&manifest->tree, name, text, len, err) < 0)
		return -1;
	for (const struct yaml_item *item = manifest->tree.documents->items;
	     item; item = item->next)
		if (!is_empty(item->value) &&
		    add_object(manifest, &values, item->value, LISTS_MAX,
			       &others) < 0)
			return -1;
	return manifest->pods ? 0 : err_no_pod(manifest, &others, err);
}

void manifest_free(struct manifest *manifest)
{
	yaml_tree_free(&manifest->tree);
}

const char *manifest_handler(const struct manifest *manifest, const char *name)
{
	for (const struct pod_class *class = manifest->classes; class;
	     class = class->next)
		if (strcmp(class->name, name) == 0)
			return class->handler;
	return NULL;
}
