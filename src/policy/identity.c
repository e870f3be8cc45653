/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/identity.h"

#include <string.h>

/* The annotations of one engine; NULL: not set by this engine. */
struct engine_keys {
	const char *name;
	const char *mark;
	const char *mark_value; /* NULL: any */
	const char *type; /* its value is "sandbox" for a sandbox */
	const char *texts[MATCH_TEXT_COUNT];
};

static const struct engine_keys engines[ENGINE_COUNT] = {
	[ENGINE_NONE] = { .name = "none" },
	[ENGINE_CRIO] = {
		.name = "cri-o",
		.mark = "io.container.manager",
		.mark_value = "cri-o",
		.type = "io.kubernetes.cri-o.ContainerType",
		.texts = {
			[MATCH_NAMESPACE] = "io.kubernetes.pod.namespace",
			[MATCH_POD] = "io.kubernetes.pod.name",
			[MATCH_CONTAINER] = "io.kubernetes.container.name",
			[MATCH_IMAGE] = "io.kubernetes.cri-o.ImageName",
		},
	},
	[ENGINE_CONTAINERD] = {
		.name = "containerd",
		.mark = "io.kubernetes.cri.container-type",
		.type = "io.kubernetes.cri.container-type",
		.texts = {
			[MATCH_NAMESPACE] =
				"io.kubernetes.cri.sandbox-namespace",
			[MATCH_POD] = "io.kubernetes.cri.sandbox-name",
			[MATCH_CONTAINER] = "io.kubernetes.cri.container-name",
			[MATCH_IMAGE] = "io.kubernetes.cri.image-name",
		},
	},
};

const char *engine_policy_name(enum engine engine)
{
	return engines[engine].name;
}

const char *subject_text_key(enum engine engine, enum match_text text)
{
	return engines[engine].texts[text];
}

static bool has_value(const struct annotations *annotations, const char *key,
		      const char *value)
{
	const char *found = annotations_find(annotations, key);

	return found && strcmp(found, value) == 0;
}

/*
 * A pod can overwrite every other mark on CRI-O's pause container, but not
 * its name; so the name is checked before the mark.
 */
static bool is_crio_pause(const struct annotations *annotations,
			  enum engine engine)
{
	return engine == ENGINE_CRIO &&
	       has_value(annotations, engines[engine].texts[MATCH_CONTAINER],
			 "POD");
}

static int check_mark(const struct engine_keys *keys,
		      const struct annotations *annotations, struct err *err)
{
	const char *mark = annotations_find(annotations, keys->mark);

	if (mark && (!keys->mark_value || strcmp(mark, keys->mark_value) == 0))
		return 0;
	return err_set(
		err,
		"config.json was not written by %s (it has no annotation '%s'): in policy.json set 'engine' for this handler to the engine that calls it",
		keys->name, keys->mark);
}

int subject_identify(struct match_subject *subject, enum subject_kind *ret_kind,
		     enum engine engine, const struct annotations *annotations,
		     struct err *err)
{
	const struct engine_keys *keys = &engines[engine];

	subject->annotations = annotations;
	*ret_kind = SUBJECT_CONTAINER;
	if (!keys->mark)
		return 0;
	if (is_crio_pause(annotations, engine)) {
		*ret_kind = SUBJECT_SANDBOX;
		return 0;
	}
	if (check_mark(keys, annotations, err) < 0)
		return -1;
	if (has_value(annotations, keys->type, "sandbox")) {
		*ret_kind = SUBJECT_SANDBOX;
		return 0;
	}
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		if (keys->texts[i])
			subject->texts[i] =
				annotations_find(annotations, keys->texts[i]);
	return 0;
}
