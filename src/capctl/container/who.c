/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/who.h"

#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/path.h"
#include "base/trust.h"
#include "bundle/files.h"
#include "capctl/container/docker_name.h"
#include "capctl/out.h"
#include "capctl/process/cgroup.h"
#include "capctl/process/starter.h"
#include "spec/spec.h"

#define SHOWN_DIGITS 12

static const char *handler_of(const struct who_source *source,
			      const char *runtime)
{
	if (runtime)
		return path_basename(runtime);
	return source->handler ? source->handler : "capruntime";
}

/* NULL: there is none, or another user could have written it. */
static char *read_trusted(const char *path, size_t *ret_len)
{
	char *text = NULL;
	struct err ignored;
	int fd CLEANUP_FD = -1;

	if (trust_open(path, &fd, &ignored) < 0 || fd < 0 ||
	    fileio_read(fd, path, BUNDLE_CONFIG_MAX, &text, ret_len, &ignored) <
		    0)
		return NULL;
	return text;
}

static char *read_trusted_config(const char *bundle, size_t *ret_len)
{
	char *path CLEANUP_FREE = alloc_text("%s/config.json", bundle);

	return path ? read_trusted(path, ret_len) : NULL;
}

static char *find_docker_name(const char *bundle)
{
	char *config CLEANUP_FREE = NULL;
	char *path CLEANUP_FREE = NULL;
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (!docker_name_is_bundle(bundle))
		return NULL;
	config = read_trusted_config(bundle, &len);
	path = config ? docker_name_path(bundle, config) : NULL;
	text = path ? read_trusted(path, &len) : NULL;
	return text ? docker_name_parse(text) : NULL;
}

/* Sets the texts; false: it is the engine's sandbox. */
static bool take_texts(struct who *who, const struct spec *spec,
		       enum engine engine)
{
	struct match_subject subject = { 0 };
	enum subject_kind kind;
	struct err ignored;

	if (subject_identify(&subject, &kind, engine, &spec->annotations,
			     &ignored) < 0)
		return true;
	for (size_t i = 0; i < WHO_TEXTS; i++)
		if (subject.texts[i] && *subject.texts[i])
			who->texts[i] = strdup(subject.texts[i]);
	return kind == SUBJECT_CONTAINER;
}

/* What the runtime would refuse as ambiguous names nobody. As take_texts(). */
static bool identify(struct who *who, enum engine engine, const char *bundle)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	struct json_doc doc = { .name = bundle };
	struct err ignored;
	char *text CLEANUP_FREE = read_trusted_config(bundle, &doc.len);

	doc.text = text;
	if (!text || json_check(&doc, &ignored) < 0 ||
	    spec_read(&spec, &doc, RUNTIME_RUNC, &ignored) < 0)
		return true;
	return take_texts(who, &spec, engine);
}

static char *full_name(const struct who *who)
{
	const char *const *texts = (const char *const *)who->texts;

	if (!texts[MATCH_NAMESPACE] || !texts[MATCH_POD] ||
	    !texts[MATCH_CONTAINER])
		return NULL;
	return alloc_text("%s/%s/%s", texts[MATCH_NAMESPACE], texts[MATCH_POD],
			  texts[MATCH_CONTAINER]);
}

struct who who_read(const struct who_source *source, const char *bundle,
		    const char *runtime, int32_t pid)
{
	struct who who = { 0 };
	enum engine engine = ENGINE_NONE;

	if (source->policy)
		engine = policy_engine(source->policy,
				       handler_of(source, runtime));
	if (engine != ENGINE_NONE && !identify(&who, engine, bundle))
		return who;
	who.name = full_name(&who);
	if (who.name)
		return who;
	who.name = starter_find_name(bundle, pid);
	if (!who.name)
		who.name = find_docker_name(bundle);
	if (who.name && !who.texts[MATCH_CONTAINER])
		who.texts[MATCH_CONTAINER] = strdup(who.name);
	return who;
}

void who_free(struct who *who)
{
	for (size_t i = 0; i < WHO_TEXTS; i++)
		free(who->texts[i]);
	free(who->name);
	*who = (struct who){ 0 };
}

int who_id_digits(const char *id)
{
	size_t len = strlen(id);

	return cgroup_is_engine_id(id, len) ? SHOWN_DIGITS : (int)len;
}

char *who_label(const struct who *who, const char *id)
{
	bool named = who && who->name;

	return alloc_text("%s%s%.*s", named ? who->name : "", named ? " " : "",
			  who_id_digits(id), id);
}

char *who_pod(const struct who *who)
{
	const char *namespace = who->texts[MATCH_NAMESPACE];
	const char *pod = who->texts[MATCH_POD];

	return namespace && pod ? alloc_text("%s/%s", namespace, pod) : NULL;
}

struct json_object *who_object(const struct who *who)
{
	struct json_object *object;

	if (!who->name)
		return NULL;
	object = json_object_new_object();
	for (int i = 0; i < WHO_TEXTS; i++)
		json_object_object_add(object,
				       match_text_key((enum match_text)i),
				       out_json_text(who->texts[i]));
	return object;
}
