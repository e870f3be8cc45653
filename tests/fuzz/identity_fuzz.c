/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is members of an annotations object, as a pod can make an engine
 * write them. Next to the engine's annotations they change nothing: either the
 * container has the same identity, or config.json is refused for a duplicate
 * key or a value that is not a string.
 */
#include "config.h"

#include "policy/identity.h"

#include <string.h>

#include "fuzz.h"
#include "spec/spec.h"
#include "json/keys.h"

#define INPUT_MAX 4096

struct engine_text {
	enum engine engine;
	enum subject_kind kind;
	const char *members; /* written by the engine */
};

static const struct engine_text engine_texts[] = {
	{ ENGINE_CRIO, SUBJECT_CONTAINER,
	  "\"io.container.manager\":\"cri-o\","
	  "\"io.kubernetes.pod.namespace\":\"ns\","
	  "\"io.kubernetes.pod.name\":\"pod\","
	  "\"io.kubernetes.container.name\":\"main\","
	  "\"io.kubernetes.cri-o.ContainerType\":\"container\","
	  "\"io.kubernetes.cri-o.ImageName\":\"image\"" },
	{ ENGINE_CONTAINERD, SUBJECT_CONTAINER,
	  "\"io.kubernetes.cri.container-type\":\"container\","
	  "\"io.kubernetes.cri.sandbox-namespace\":\"ns\","
	  "\"io.kubernetes.cri.sandbox-name\":\"pod\","
	  "\"io.kubernetes.cri.container-name\":\"main\","
	  "\"io.kubernetes.cri.image-name\":\"image\"" },
	{ ENGINE_NONE, SUBJECT_CONTAINER, "\"who\":\"knows\"" },
	{ ENGINE_CRIO, SUBJECT_SANDBOX,
	  "\"io.kubernetes.container.name\":\"POD\"" },
	{ ENGINE_CONTAINERD, SUBJECT_SANDBOX,
	  "\"io.kubernetes.cri.container-type\":\"sandbox\"" },
};

static struct json_doc join(struct buf *buf, const char *open,
			    const char *first, const char *comma,
			    const char *second, const char *close)
{
	buf_add_str(buf, open);
	buf_add_str(buf, first);
	buf_add_str(buf, comma);
	buf_add_str(buf, second);
	buf_add_str(buf, close);
	MUST(!buf->failed);
	return (struct json_doc){ .name = "t",
				  .text = buf->text,
				  .len = buf->len };
}

static void check_texts(const struct match_subject *subject,
			const struct engine_text *text)
{
	static const char *const wanted[] = { [MATCH_NAMESPACE] = "ns",
					      [MATCH_POD] = "pod",
					      [MATCH_CONTAINER] = "main",
					      [MATCH_IMAGE] = "image" };
	bool is_trusted =
		text->engine != ENGINE_NONE && text->kind == SUBJECT_CONTAINER;

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		if (is_trusted)
			MUST(subject->texts[i] &&
			     strcmp(subject->texts[i], wanted[i]) == 0);
		else
			MUST(!subject->texts[i]);
	}
	MUST(!subject->texts[MATCH_ID] && !subject->texts[MATCH_HANDLER]);
}

static void check_read(const struct json_doc *doc,
		       const struct engine_text *text, bool wanted)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	struct match_subject subject = { 0 };
	enum subject_kind kind;
	struct err err = { 0 };
	int status = spec_read(&spec, doc, RUNTIME_RUNC, &err);

	MUST((status == 0) == wanted);
	if (status < 0) {
		MUST(err.text[0] != '\0');
		return;
	}
	MUST(subject_identify(&subject, &kind, text->engine, &spec.annotations,
			      &err) == 0);
	MUST(kind == text->kind);
	check_texts(&subject, text);
}

/* Values are strings or null; no key is a duplicate or one of the engine's. */
static bool is_acceptable(const struct json_doc *pod,
			  const struct json_doc *both)
{
	struct json_iter iter = json_iterate(pod, json_root(pod));
	struct json_member member;
	struct err err;

	while (json_next_member(&iter, &member))
		if (member.value.kind != JSON_STRING &&
		    member.value.kind != JSON_NULL)
			return false;
	return json_keys_check_unique(both, json_root(both), &err) == 0;
}

static void check_engine(const struct json_doc *pod, const char *members,
			 const struct engine_text *text)
{
	static const char open[] = "{\"annotations\":{", close[] = "}}";
	struct buf bufs[3] = { { 0 } };
	struct json_doc both =
		join(&bufs[0], "{", members, ",", text->members, "}");
	struct json_doc before =
		join(&bufs[1], open, members, ",", text->members, close);
	struct json_doc after =
		join(&bufs[2], open, text->members, ",", members, close);
	bool acceptable = is_acceptable(pod, &both);

	check_read(&before, text, acceptable);
	check_read(&after, text, acceptable);
	for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
		buf_free(&bufs[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char members[INPUT_MAX + 1];
	struct buf buf CLEANUP_BUF = { 0 };
	struct json_member member;
	struct json_iter iter;
	struct json_doc pod;
	struct err err;

	if (size > INPUT_MAX || memchr(data, '\0', size))
		return 0;
	memcpy(members, data, size);
	members[size] = '\0';
	pod = join(&buf, "{", members, "", "", "}");
	if (json_check(&pod, &err) < 0)
		return 0;
	iter = json_iterate(&pod, json_root(&pod));
	if (!json_next_member(&iter, &member))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(engine_texts); i++)
		check_engine(&pod, members, &engine_texts[i]);
	return 0;
}
