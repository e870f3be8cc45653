/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod's annotations and capabilities lists say that means nothing. */
#include "config.h"

#include <string.h>

#include "capctl/explain/pod.h"
#include "policy/ambient_request.h"

#define OURS "capruntime.io/"
#define SEPARATORS ", \t\r\n"
#define WORD_MAX STRAY_WORD_MAX

static struct finding warning_at(const struct explained_pod *answer,
				 const struct yaml_value *at, const char *code)
{
	return (struct finding){ .level = FINDING_WARNING,
				 .code = code,
				 .file = answer->all->manifest.tree.name,
				 .place = { .line = at->line,
					    .column = at->column } };
}

static bool has_container(const struct pod *pod, const char *name)
{
	for (const struct pod_container *container = pod->containers; container;
	     container = container->next)
		if (strcmp(container->name, name) == 0)
			return true;
	return false;
}

/* Reported once for a pod. */
static void check_key(struct explained_pod *answer,
		      const struct yaml_item *annotation)
{
	const char *key = annotation->key, *container;
	struct findings *warnings = &answer->explained.warnings;

	if (strncmp(key, OURS, strlen(OURS)) != 0 ||
	    strcmp(key, AMBIENT_REQUEST_KEY) == 0)
		return;
	if (strncmp(key, AMBIENT_REQUEST_KEY ".",
		    strlen(AMBIENT_REQUEST_KEY ".")) != 0) {
		findings_add_like(
			warnings,
			warning_at(answer, annotation->value,
				   "annotation_unknown"),
			"annotation '%s' means nothing: write " AMBIENT_REQUEST_KEY
			" or " AMBIENT_REQUEST_KEY ".CONTAINER",
			key);
		return;
	}
	container = key + strlen(AMBIENT_REQUEST_KEY ".");
	if (!has_container(answer->pod, container))
		findings_add_like(
			warnings,
			warning_at(answer, annotation->value,
				   "annotation_container"),
			"annotation '%s': the pod has no container '%s'", key,
			container);
}

/* The container's own annotation, else the one for all. */
static const struct yaml_item *find_request(const struct explained_pod *answer)
{
	const struct yaml_value *annotations = answer->pod->annotations;
	const char *name = answer->container->name;
	const size_t len = strlen(AMBIENT_REQUEST_KEY);
	const struct yaml_item *found = NULL;

	for (const struct yaml_item *item = annotations ? annotations->items
							: NULL;
	     item; item = item->next) {
		if (strncmp(item->key, AMBIENT_REQUEST_KEY, len) != 0)
			continue;
		if (item->key[len] == '.' &&
		    strcmp(item->key + len + 1, name) == 0)
			return item;
		if (!item->key[len])
			found = item;
	}
	return found;
}

static void warn_word(struct explained_pod *answer, const struct yaml_value *at,
		      const char *where, const char *word)
{
	capmask meant = capset_from_misspelt(word);

	answer->bad_words = true;
	findings_add_like(&answer->explained.warnings,
			  warning_at(answer, at, "word_unknown"),
			  "%s: '%s' is no capability%s%s", where, word,
			  meant ? ": write " : "",
			  meant ? capset_bare_name(meant) : "");
}

static void check_request_words(struct explained_pod *answer,
				const struct yaml_item *annotation,
				const char *unknown)
{
	char word[WORD_MAX + 1];

	for (unknown += strspn(unknown, SEPARATORS); *unknown;
	     unknown += strspn(unknown, SEPARATORS)) {
		size_t len = strcspn(unknown, SEPARATORS);
		size_t shown = len < WORD_MAX ? len : WORD_MAX;

		memcpy(word, unknown, shown);
		word[shown] = '\0';
		warn_word(answer, annotation->value, annotation->key, word);
		unknown += len;
	}
}

/* As capruntime reads it, whether a rule does or not. */
static void check_request(struct explained_pod *answer)
{
	const struct yaml_item *item = find_request(answer);
	struct ambient_request request = { 0 };
	struct annotation one = { 0 };
	struct annotations annotations = { .list = &one, .count = 1 };
	struct err ignored;

	if (!item)
		return;
	one.key = AMBIENT_REQUEST_KEY;
	one.value = item->value->text;
	if (ambient_request_read(&request, &annotations, NULL, &ignored) < 0)
		answer->explained.warnings.failed = true;
	answer->requested = request.asked;
	if (request.unknown)
		check_request_words(answer, item, request.unknown);
	if ((request.asked || request.unknown) &&
	    answer->reach == POD_REACHES &&
	    !pod_config_passes(&answer->config, item->key))
		findings_add_like(
			&answer->explained.warnings,
			warning_at(answer, item->value,
				   "annotation_not_passed"),
			"annotation '%s' does not reach capruntime: write pod_annotations = [\"capruntime.io/*\"] for the handler in containerd's configuration",
			item->key);
	ambient_request_free(&request);
}

/* CRI-O refuses the container instead. */
static void check_added(struct explained_pod *answer)
{
	const struct yaml_value *add = answer->container->add;

	for (const struct yaml_item *item = add ? add->items : NULL;
	     item && !answer->refusal && !answer->container->privileged;
	     item = item->next)
		if (!pod_sets_is_all(item->value->text) &&
		    !pod_sets_capability(answer->config.engine,
					 item->value->text))
			warn_word(answer, item->value, "capabilities.add",
				  item->value->text);
}

static void check_dropped(struct explained_pod *answer)
{
	const struct yaml_value *drop = answer->container->drop;
	capmask meant;

	for (const struct yaml_item *item = drop ? drop->items : NULL; item;
	     item = item->next) {
		const char *word = item->value->text;

		if (pod_sets_is_all(word) ||
		    pod_sets_capability(answer->config.engine, word))
			continue;
		meant = capset_from_misspelt(word);
		findings_add_like(
			&answer->explained.warnings,
			warning_at(answer, item->value, "drops_nothing"),
			"capabilities.drop: '%s' is no capability and drops nothing%s%s",
			word, meant ? ": write " : "",
			meant ? capset_bare_name(meant) : "");
	}
}

void explain_pod_check_words(struct explained_pod *answer)
{
	const struct yaml_value *annotations = answer->pod->annotations;

	for (const struct yaml_item *item = annotations ? annotations->items
							: NULL;
	     item && answer->container == answer->pod->containers;
	     item = item->next)
		check_key(answer, item);
	check_request(answer);
	check_added(answer);
	check_dropped(answer);
}
