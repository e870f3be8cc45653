/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/pod.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/path.h"
#include "capctl/out.h"

#define STANDARD_INPUT "standard input"
#define USER_MAX INT32_MAX
#define NON_ROOT 1000 /* with runAsNonRoot, if the image's user is not known */

void explained_pod_free(struct explained_pod *answer)
{
	explained_free(&answer->explained);
	free(answer->label);
	free(answer->refusal);
	free(answer->headline);
}

static const char *handler_of(const struct explained_pod *answer)
{
	const char *class = answer->pod->runtime_class;
	const char *handler = manifest_handler(&answer->all->manifest, class);

	return handler ? handler : class;
}

static void find_reach(struct explained_pod *answer)
{
	const struct explain_manifest *all = answer->all;
	const char *class = answer->pod->runtime_class;
	const struct engine_handler *found;

	answer->config.passes_requests = true;
	if (!class || !*class) {
		answer->reach = POD_NO_CLASS;
		return;
	}
	answer->handler = all->options->dryrun.handler;
	found = pod_engine_handler(&all->engine, handler_of(answer));
	if (found)
		answer->config.passes_requests = found->gets_requests;
	if (answer->handler)
		return;
	answer->handler = found && found->path ? path_basename(found->path)
					       : handler_of(answer);
	answer->reach_assumed = all->engine.source != POD_ENGINE_NODE;
	if (!found && !answer->reach_assumed)
		answer->reach = POD_OTHER_HANDLER;
}

/* Without the policy, which does not apply then. */
static void begin_node(struct explained_pod *answer)
{
	struct dryrun_host *node = &answer->explained.node;

	*node = *answer->all->node;
	node->own = answer->all->own;
	node->runtime_problem = (struct err){ 0 };
	if (answer->all->engine.source != POD_ENGINE_NODE)
		node->assumed = false;
	if (answer->handler)
		node->options.handler = answer->handler;
	node->options.id = NULL;
	if (answer->reach == POD_REACHES)
		return;
	node->policy = (struct policy){ 0 };
	node->forced = NULL;
}

static void choose_user(struct explained_pod *answer)
{
	const struct pod_container *container = answer->container;

	if (container->uid >= 0)
		answer->config.uid = (uint32_t)container->uid;
	else if (answer->all->options->pod.user || !container->non_root)
		answer->config.uid = answer->all->user;
	else
		answer->config.uid = NON_ROOT;
}

static int make_headline(struct explained_pod *answer, struct err *err)
{
	struct explained *explained = &answer->explained;

	if (answer->refusal)
		answer->headline = alloc_text(
			"the container does not start: %s", answer->refusal);
	else if (answer->reach == POD_NO_CLASS)
		answer->headline = strdup(
			"capruntime is not asked: the pod has no runtimeClassName");
	else if (answer->reach == POD_OTHER_HANDLER)
		answer->headline = alloc_text(
			"capruntime is not asked: no handler '%s' of %s here calls it (for another node: --engine)",
			handler_of(answer),
			engine_name(answer->all->engine.sets.kind));
	else
		return 0;
	explained->headline = answer->headline;
	return answer->headline ? 0 : err_set_no_memory(err);
}

static int predict_container(struct explained_pod *answer, struct err *err)
{
	struct explained *explained = &answer->explained;
	const struct yaml_value *command = answer->container->command;
	bool plain = !answer->config.image_root || !command || !command->count;
	char *text CLEANUP_FREE = NULL;

	if (pod_config_make(&answer->config, &text, err) < 0)
		return err_wrap(err, "%s", answer->label);
	if (dryrun_config(&explained->run, &explained->node, answer->label,
			  text, err) < 0)
		return -1;
	return explain_finish(explained, plain, err);
}

/* A policy in mode audit raises nothing. */
static void compare(struct explained_pod *answer)
{
	const struct explained *explained = &answer->explained;
	const struct evaluation *evaluation = &explained->run.evaluation;
	capmask added = pod_sets_added(&answer->all->engine.sets,
				       answer->container, &answer->all->own);
	bool audit = evaluation->policy->mode == POLICY_AUDIT;

	answer->asked = added | answer->requested | evaluation->decision.wanted;
	/* Mode audit refuses nothing: what it will hold was not predicted. */
	answer->known = answer->refusal || !explained->run.refused || !audit;
	if (answer->refusal || explained->run.refused ||
	    explain_unstartable(explained))
		return;
	answer->known = explained->entry.found;
	answer->held = explained->entry.result.sets.set[CAPSET_EFFECTIVE];
	if (audit && answer->config.uid)
		answer->held &= ~evaluation->decision.raised |
				evaluation->spec.sets.set[CAPSET_AMBIENT];
}

/* What no rule raises is not in the summary of the decision. */
static int complete_headline(struct explained_pod *answer, struct err *err)
{
	struct explained *explained = &answer->explained;
	capmask absent = explain_pod_absent(answer) &
			 ~explained->run.evaluation.decision.missing;
	char *names CLEANUP_FREE = out_names(absent);
	char *summary CLEANUP_FREE = answer->headline
					     ? strdup(answer->headline)
					     : dryrun_summary(&explained->run);

	if (!names || !summary)
		return err_set_no_memory(err);
	if (!absent || explained->run.refused || answer->refusal)
		return 0;
	free(answer->headline);
	answer->headline =
		alloc_text("%s; %s will not be there", summary, names);
	explained->headline = answer->headline;
	return answer->headline ? 0 : err_set_no_memory(err);
}

int explain_pod_container(struct explained_pod *ret_answer,
			  const struct explain_manifest *all,
			  const struct pod *pod,
			  const struct pod_container *container,
			  struct err *err)
{
	struct explained_pod *answer = ret_answer;
	const char *unknown;

	*answer = (struct explained_pod){
		.all = all,
		.pod = pod,
		.container = container,
		.explained = { .run = { .evaluation = EVALUATION_INIT } },
		.config = { .pod = pod,
			    .container = container,
			    .engine = all->engine.sets.kind,
			    .namespace = pod->namespace
						 ? pod->namespace
						 : all->options->pod.namespace,
			    .image_root = all->image_root },
	};
	if (!answer->config.namespace)
		answer->config.namespace = "default";
	answer->label =
		alloc_text("%s:%zu: container '%s'", all->manifest.tree.name,
			   container->at->line, container->name);
	if (!answer->label)
		return err_set_no_memory(err);
	find_reach(answer);
	choose_user(answer);
	answer->config.sets = pod_sets_make(&all->engine.sets, container,
					    &all->own, &unknown);
	begin_node(answer);
	if (explain_pod_refuse(answer, unknown, err) < 0 ||
	    make_headline(answer, err) < 0 ||
	    predict_container(answer, err) < 0)
		return -1;
	explain_pod_check_words(answer);
	compare(answer);
	if (complete_headline(answer, err) < 0)
		return -1;
	return findings_check(&answer->explained.warnings, err);
}

static int read_manifest(struct explain_manifest *all, char **ret_text,
			 size_t *ret_len, struct err *err)
{
	const char *file = all->options->pod.file;
	struct stat st;
	int fd CLEANUP_FD = -1;

	if (strcmp(file, "-") == 0)
		return fileio_read(STDIN_FILENO, STANDARD_INPUT, YAML_TEXT_MAX,
				   ret_text, ret_len, err);
	fd = fileio_open_regular(AT_FDCWD, file, 0, file, &st, err);
	if (fd < 0)
		return -1;
	return fileio_read(fd, file, YAML_TEXT_MAX, ret_text, ret_len, err);
}

static int read_user_option(struct explain_manifest *all, struct err *err)
{
	const char *text = all->options->pod.user;
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return 0;
	if (!len || len > 10 || strspn(text, "0123456789") != len ||
	    strtoull(text, NULL, 10) > USER_MAX)
		return err_set(
			err,
			"--user: '%s' is no user ID: write a number from 0 to %d",
			text, USER_MAX);
	all->user = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

static int find_image(struct explain_manifest *all, struct err *err)
{
	const char *image = all->options->pod.image;

	if (!image)
		return 0;
	all->image_root = realpath(image, NULL);
	return all->image_root
		       ? 0
		       : err_set_errno(err, errno, "--image: '%s'", image);
}

/* Another node's engine holds all capabilities. */
static void choose_own(struct explain_manifest *all)
{
	all->own = all->node->own;
	if (all->engine.source == POD_ENGINE_NODE)
		return;
	all->own.permitted = all->own.kernel;
	all->own.bounding = all->own.kernel;
	all->own.ambient_forbidden = false;
}

static int begin_manifest(struct explain_manifest *all, const char *text,
			  size_t len, struct err *err)
{
	const struct explain_options *options = all->options;
	const char *name = strcmp(options->pod.file, "-") == 0
				   ? STANDARD_INPUT
				   : options->pod.file;

	if (read_user_option(all, err) < 0 || find_image(all, err) < 0 ||
	    manifest_read(&all->manifest, name, text, len, err) < 0 ||
	    pod_engine_choose(&all->engine, options->pod.engine,
			      policy_engine(&all->node->policy,
					    all->node->options.handler),
			      err) < 0)
		return -1;
	choose_own(all);
	return 0;
}

static enum verb_status pod_status(const struct explained_pod *answer)
{
	if (!explain_pod_is_good(answer))
		return VERB_FINDINGS;
	return answer->explained.entry.unreadable ? VERB_ERROR : VERB_GOOD;
}

/* `list` is NULL for text. */
static int report_container(const struct explain_manifest *all,
			    const struct pod *pod,
			    const struct pod_container *container,
			    struct json_object *list, enum verb_status *status,
			    struct err *err)
{
	struct explained_pod answer CLEANUP_EXPLAINED_POD;
	enum verb_status own;

	if (explain_pod_container(&answer, all, pod, container, err) < 0)
		return -1;
	own = pod_status(&answer);
	if (own > *status)
		*status = own;
	if (list)
		json_object_array_add(list, explain_pod_object(&answer));
	else
		explain_pod_print(&answer);
	return 0;
}

static int report_containers(const struct explain_manifest *all,
			     struct json_object *list, enum verb_status *status,
			     struct err *err)
{
	for (const struct pod *pod = all->manifest.pods; pod; pod = pod->next)
		for (const struct pod_container *container = pod->containers;
		     container; container = container->next)
			if (report_container(all, pod, container, list, status,
					     err) < 0)
				return -1;
	return 0;
}

static enum verb_status report_manifest(const struct explain_manifest *all,
					struct err *err)
{
	enum verb_status status = VERB_GOOD;
	struct json_object *list, *object;

	if (!all->options->json)
		return report_containers(all, NULL, &status, err) < 0
			       ? VERB_ERROR
			       : status;
	list = json_object_new_array();
	if (report_containers(all, list, &status, err) < 0) {
		json_object_put(list);
		return VERB_ERROR;
	}
	object = json_object_new_object();
	json_object_object_add(object, "file",
			       out_json_text(all->manifest.tree.name));
	json_object_object_add(
		object, "engine",
		out_json_text(engine_policy_name(all->engine.sets.kind)));
	json_object_object_add(object, "engine_by",
			       out_json_text(explain_pod_engine_source(all)));
	json_object_object_add(object, "containers", list);
	out_json(object);
	return status;
}

enum verb_status explain_pod(const struct dryrun_host *node,
			     const struct explain_options *options,
			     struct err *err)
{
	struct explain_manifest all = { .options = options, .node = node };
	char *text CLEANUP_FREE = NULL;
	enum verb_status status = VERB_ERROR;
	size_t len;

	if (read_manifest(&all, &text, &len, err) == 0 &&
	    begin_manifest(&all, text, len, err) == 0)
		status = report_manifest(&all, err);
	manifest_free(&all.manifest);
	pod_engine_free(&all.engine);
	free(all.image_root);
	return status;
}
