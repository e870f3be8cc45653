/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "capctl/explain/pod.h"
#include "capctl/out.h"

#define NOTES_MAX 8

const char *explain_pod_engine_source(const struct explain_manifest *all)
{
	static const char *const names[] = {
		[POD_ENGINE_NAMED] = "--engine",
		[POD_ENGINE_NODE] = "this node's configuration",
		[POD_ENGINE_POLICY] = "the policy",
	};

	return names[all->engine.source];
}

/* Does a rule match the image's name? */
static bool has_image_rule(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].match.texts[MATCH_IMAGE].count)
			return true;
	return false;
}

static bool is_short_image(const char *image)
{
	const char *slash = image ? strchr(image, '/') : NULL;
	const char *dot = image ? strpbrk(image, ".:") : NULL;

	return image &&
	       (!slash || !strpbrk(slash, ":@") || !dot ||
		(dot > slash && strncmp(image, "localhost/", 10) != 0));
}

/* What is taken for granted. */
static size_t collect_notes(const struct explained_pod *answer,
			    const char *notes[NOTES_MAX])
{
	const struct explain_manifest *all = answer->all;
	const struct pod_container *container = answer->container;
	const struct yaml_value *command = container->command;
	size_t count = 0;

	if (container->uid < 0)
		notes[count++] =
			"the manifest has no runAsUser: the image decides the user (--user)";
	if (answer->reach == POD_REACHES && answer->reach_assumed)
		notes[count++] =
			"it is not known here whether the handler calls capruntime: it is taken for granted";
	if (answer->reach == POD_REACHES && answer->pod->is_example)
		notes[count++] =
			"the pod's name is an example: the cluster chooses its end";
	if (answer->reach == POD_REACHES && is_short_image(container->image) &&
	    has_image_rule(&all->node->policy))
		notes[count++] =
			"engines can complete the image's name: write it with registry and tag";
	if (answer->requested && answer->reach == POD_REACHES &&
	    answer->config.engine == ENGINE_CONTAINERD &&
	    all->engine.source != POD_ENGINE_NODE)
		notes[count++] =
			"containerd passes the annotation only with pod_annotations = [\"capruntime.io/*\"] for the handler";
	if (all->image_root && (!command || !command->count))
		notes[count++] =
			"the manifest has no command: the program is the image's, which is not known";
	return count;
}

static void print_title(const struct explained_pod *answer)
{
	const struct pod *pod = answer->pod;

	out_line(OUT_STRONG, "%s:%zu: %s '%s/%s', %s '%s' (%s: %s)",
		 answer->all->manifest.tree.name, answer->container->at->line,
		 pod->kind, answer->config.namespace, pod->object,
		 pod_container_type_name(answer->container->type),
		 answer->container->name,
		 engine_name(answer->all->engine.sets.kind),
		 explain_pod_engine_source(answer->all));
}

/* explain_print() has shown those that the rule names. */
static void print_absent(const struct explained_pod *answer)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	capmask absent = explain_pod_absent(answer) &
			 ~answer->explained.run.evaluation.decision.missing;

	if (!absent)
		return;
	out_line(OUT_STRONG, "asked for, and will not be there");
	for (int bit = 0; bit < 64; bit++) {
		capmask one = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = NULL, *why CLEANUP_FREE = NULL;

		if (!(absent & one))
			continue;
		name = out_names(one);
		why = explain_pod_why(answer, one);
		table.failed |= !why;
		out_table_add(&table, OUT_WARNING, 2, name, why);
	}
	out_table_print(&table);
}

void explain_pod_print(const struct explained_pod *answer)
{
	const char *notes[NOTES_MAX];
	size_t count = collect_notes(answer, notes);

	if (answer->pod != answer->all->manifest.pods ||
	    answer->container != answer->pod->containers)
		out_line(OUT_PLAIN, "%s", "");
	print_title(answer);
	explain_print(&answer->explained);
	print_absent(answer);
	for (size_t i = 0; i < count; i++)
		out_line(OUT_PLAIN, "note: %s", notes[i]);
}

static struct json_object *absent_array(const struct explained_pod *answer)
{
	struct json_object *array = json_object_new_array();
	capmask absent = explain_pod_absent(answer);

	for (int bit = 0; bit < 64; bit++) {
		capmask one = UINT64_C(1) << bit;
		char *why CLEANUP_FREE = NULL;

		if (!(absent & one))
			continue;
		why = explain_pod_why(answer, one);
		json_object_array_add(array, explain_reason_object(one, why));
	}
	return array;
}

static struct json_object *notes_array(const struct explained_pod *answer)
{
	struct json_object *array = json_object_new_array();
	const char *notes[NOTES_MAX];
	size_t count = collect_notes(answer, notes);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, out_json_text(notes[i]));
	return array;
}

static const char *reach_name(const struct explained_pod *answer)
{
	static const char *const names[] = {
		[POD_REACHES] = "asked",
		[POD_NO_CLASS] = "no_runtime_class",
		[POD_OTHER_HANDLER] = "other_handler",
	};

	return answer->reach == POD_REACHES && answer->reach_assumed
		       ? "assumed"
		       : names[answer->reach];
}

static void add_identity(struct json_object *object,
			 const struct explained_pod *answer)
{
	const struct pod *pod = answer->pod;

	json_object_object_add(
		object, "line",
		json_object_new_uint64(answer->container->at->line));
	json_object_object_add(object, "kind", out_json_text(pod->kind));
	json_object_object_add(object, "namespace",
			       out_json_text(answer->config.namespace));
	json_object_object_add(object, "object", out_json_text(pod->object));
	json_object_object_add(object, "container",
			       out_json_text(answer->container->name));
	json_object_object_add(object, "type",
			       out_json_text(pod_container_type_name(
				       answer->container->type)));
	json_object_object_add(object, "runtime_class",
			       out_json_text(pod->runtime_class));
	json_object_object_add(object, "capruntime",
			       out_json_text(reach_name(answer)));
}

struct json_object *explain_pod_object(const struct explained_pod *answer)
{
	struct json_object *object = json_object_new_object();

	add_identity(object, answer);
	json_object_object_add(
		object, "good",
		json_object_new_boolean(explain_pod_is_good(answer)));
	json_object_object_add(object, "refusal",
			       out_json_text(answer->refusal));
	json_object_object_add(object, "asked", out_json_names(answer->asked));
	json_object_object_add(object, "held",
			       answer->known ? out_json_names(answer->held)
					     : NULL);
	json_object_object_add(object, "absent", absent_array(answer));
	json_object_object_add(object, "notes", notes_array(answer));
	json_object_object_add(object, "explanation",
			       explain_object(&answer->explained));
	return object;
}
