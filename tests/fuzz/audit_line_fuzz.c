/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is sixteen bytes of a decision, then NUL-terminated strings. The
 * line is always JSON of bounded length; each string in it equals its input or,
 * if cut, is a prefix of it.
 */
#include "config.h"

#include "capruntime/audit_line.h"

#include <json.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "json/check.h"

#define INPUT_MAX 16384
#define HEAD 16
#define TIME "2026-11-23T11:01:47Z"

enum text {
	TEXT_ID,
	TEXT_HANDLER,
	TEXT_NAMESPACE,
	TEXT_POD,
	TEXT_CONTAINER,
	TEXT_IMAGE,
	TEXT_FILE,
	TEXT_RUNTIME,
	TEXT_REASON,
	TEXT_UNKNOWN,
	TEXT_COUNT
};

static const char *const keys[TEXT_COUNT] = {
	[TEXT_ID] = "id",
	[TEXT_HANDLER] = "handler",
	[TEXT_NAMESPACE] = "namespace",
	[TEXT_POD] = "pod",
	[TEXT_CONTAINER] = "container",
	[TEXT_IMAGE] = "image",
	[TEXT_FILE] = "file",
	[TEXT_RUNTIME] = "runtime",
	[TEXT_REASON] = "reason",
	[TEXT_UNKNOWN] = NULL,
};

/* The remaining strings; an empty one is absent. */
static void split(char *text, char *end, const char *texts[TEXT_COUNT])
{
	for (int i = 0; i < TEXT_COUNT && text < end; i++) {
		texts[i] = *text ? text : NULL;
		text = strchr(text, '\0') + 1;
	}
}

static bool is_utf8(const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t len = utf8_length(text, left);

		if (!len)
			return false;
		text += len;
		left -= len;
	}
	return true;
}

static void check_text(struct json_object *object, const char *key,
		       const char *text)
{
	struct json_object *value;
	const char *got;
	size_t len;

	MUST(json_object_object_get_ex(object, key, &value) == (text != NULL));
	if (!text)
		return;
	got = json_object_get_string(value);
	len = strlen(got);
	if (!is_utf8(text) || strcmp(got, text) == 0)
		return;
	MUST(len >= 3 && len < strlen(text) + 3 &&
	     strcmp(got + len - 3, "...") == 0);
	MUST(strncmp(got, text, len - 3) == 0);
}

static void check_line(const char *line, const char *const texts[TEXT_COUNT])
{
	size_t len = strlen(line);
	struct json_doc doc = { .name = "line", .text = line, .len = len };
	struct json_object *object, *value;
	struct err err;

	MUST(len > 2 && len <= AUDIT_LINE_MAX);
	MUST(strchr(line, '\n') == line + len - 1);
	MUST(json_check(&doc, &err) == 0);
	object = json_tokener_parse(line);
	MUST(object && json_object_object_get_ex(object, "time", &value) &&
	     strcmp(json_object_get_string(value), TIME) == 0);
	for (int i = 0; i < TEXT_COUNT; i++)
		if (keys[i])
			check_text(object, keys[i], texts[i]);
	json_object_put(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *texts[TEXT_COUNT] = { NULL };
	char *copy CLEANUP_FREE = NULL, *line CLEANUP_FREE = NULL;
	struct policy_rule rule = { .name = NULL };
	struct decision decision = { .raised = 0 };
	struct match_subject subject = { .texts = { NULL } };
	struct audit_event event = { .runtime = NULL };
	struct capsets before = { { 0 } };
	char name[POLICY_NAME_MAX + 1] = "";
	struct err err;

	if (size < HEAD || size > INPUT_MAX)
		return 0;
	copy = malloc(size - HEAD + 1);
	MUST(copy);
	memcpy(copy, data + HEAD, size - HEAD);
	copy[size - HEAD] = '\0';
	split(copy, copy + (size - HEAD), texts);
	memcpy(&decision.missing, data + 8, 5);
	memcpy(&decision.raised, data + 3, 5);
	decision.raised &= capset_known();
	decision.missing &= capset_known() & ~decision.raised;
	memcpy(before.set, data, HEAD);
	memcpy(subject.numbers, data + 8, 8);
	decision.sets = before;
	decision.no_new_privileges = data[2] & 1;
	memset(name, 'r', data[14] % sizeof(name));

	subject.texts[MATCH_NAMESPACE] = texts[TEXT_NAMESPACE];
	subject.texts[MATCH_POD] = texts[TEXT_POD];
	subject.texts[MATCH_CONTAINER] = texts[TEXT_CONTAINER];
	subject.texts[MATCH_IMAGE] = texts[TEXT_IMAGE];
	rule.name = name;
	rule.file = texts[TEXT_FILE];
	event = (struct audit_event){
		.outcome = (enum audit_outcome)(data[0] % 5),
		.verb = data[1] & 4 ? "create" : "run",
		.runtime = texts[TEXT_RUNTIME],
		.mode = data[1] & 8 ? POLICY_AUDIT : POLICY_ENFORCE,
		.engine = (enum engine)(data[1] % 3),
		.subject = &subject,
		.rule = &rule,
		.before = data[1] & 16 ? &before : NULL,
		.decision = data[1] & 32 ? &decision : NULL,
		.unknown = texts[TEXT_UNKNOWN],
		.reason = texts[TEXT_REASON],
		.id = texts[TEXT_ID],
		.handler = texts[TEXT_HANDLER],
	};
	MUST(audit_line_make(&event, TIME, &line, &err) == 0);
	check_line(line, texts);
	return 0;
}
