/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record's text, a NUL, and config.json's text. The parsed record,
 * printed, parses to the same; an undo changes only the two members; and the
 * changes of a later create are undone to the same bytes, also if it was killed
 * before it wrote config.json.
 */
#include "config.h"

#include "spec/undo.h"

#include <string.h>

#include "fuzz.h"
#include "spec/spec.h"

#define TARGET "{\"ambient\":[\"CAP_KILL\"],\"bounding\":[\"CAP_TARGET\"]}"

static struct json_doc doc_of(const char *name, const char *text)
{
	return (struct json_doc){ .name = name,
				  .text = text,
				  .len = strlen(text) };
}

static char *print(const struct record *record)
{
	struct err err = { 0 };
	char *text;

	MUST(record_print(record, &text, &err) == 0);
	return text;
}

static void check_print(const struct record *record)
{
	struct record again CLEANUP_RECORD = { 0 };
	char *first CLEANUP_FREE = print(record);
	char *second CLEANUP_FREE = NULL;
	struct json_doc doc = doc_of("printed", first);
	struct err err = { 0 };

	MUST(record_parse(&again, &doc, &err) == 0);
	second = print(&again);
	MUST(strcmp(first, second) == 0);
}

static bool is_ours(const struct json_doc *doc, struct json_value key)
{
	return json_string_is(doc, key, "capabilities") ||
	       json_string_is(doc, key, "noNewPrivileges");
}

/* The next member that capruntime does not write. */
static bool next_other(struct json_iter *iter, struct json_member *ret_member)
{
	while (json_next_member(iter, ret_member))
		if (!is_ours(iter->doc, ret_member->key))
			return true;
	return false;
}

static bool same_bytes(const struct json_doc *a, size_t a_start, size_t a_end,
		       const struct json_doc *b, size_t b_start, size_t b_end)
{
	return a_end - a_start == b_end - b_start &&
	       memcmp(a->text + a_start, b->text + b_start, a_end - a_start) ==
		       0;
}

/* All other members of process are unchanged. */
static void check_others(const struct json_doc *a, struct json_value a_process,
			 const struct json_doc *b, struct json_value b_process)
{
	struct json_iter left = json_iterate(a, a_process);
	struct json_iter right = json_iterate(b, b_process);
	struct json_member one, other;

	while (next_other(&left, &one)) {
		MUST(next_other(&right, &other));
		MUST(same_bytes(a, one.key.start, one.value.end, b,
				other.key.start, other.value.end));
	}
	MUST(!next_other(&right, &other));
}

static void check_outside(const struct json_doc *a, const struct json_doc *b)
{
	struct json_value before, after;
	bool had = spec_find_process(a, &before);

	MUST(had == spec_find_process(b, &after));
	if (!had) {
		MUST(same_bytes(a, 0, a->len, b, 0, b->len));
		return;
	}
	MUST(same_bytes(a, 0, before.start, b, 0, after.start));
	MUST(same_bytes(a, before.end, a->len, b, after.end, b->len));
	check_others(a, before, b, after);
}

static struct json_doc restore(const struct json_doc *config,
			       const struct record *record)
{
	struct json_doc restored = { .name = config->name,
				     .text = NULL,
				     .len = 0 };
	struct err err = { 0 };
	char *text;

	MUST(undo_revert(config, record, undo_is_exact(config, record), &text,
			 &restored.len, &err) == 0);
	restored.text = text;
	MUST(json_check(&restored, &err) == 0);
	check_outside(config, &restored);
	return restored;
}

static void free_doc(struct json_doc *doc)
{
	free((char *)(uintptr_t)doc->text);
}

#define CLEANUP_DOC __attribute__((cleanup(free_doc)))

static void check_taken_back(const struct json_doc *config,
			     const struct record *record,
			     const struct json_doc *want)
{
	struct json_doc restored CLEANUP_DOC = restore(config, record);

	MUST(same_bytes(&restored, 0, restored.len, want, 0, want->len));
}

/* A create that raises capabilities in the current text. */
static void check_create(const struct json_doc *config,
			 const struct json_doc *restored,
			 const struct record *record, const char *record_text,
			 const struct spec *spec)
{
	struct undo_target target = {
		.values = { spec->has_capabilities ? TARGET : NULL,
			    spec->no_new_privileges ? NULL : "true" },
	};
	struct record_about about = { .id = (char *)(uintptr_t) "id",
				      .rule = (char *)(uintptr_t) "rule",
				      .exec = true };
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	struct record written CLEANUP_RECORD = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc;
	struct err err = { 0 };

	if (!spec->has_process)
		return;
	MUST(undo_plan_make(&plan, config, restored, record, record_text,
			    &target, &about, &err) == 0);
	MUST(!plan.remove_record);
	doc = doc_of("written", plan.record ? plan.record : record_text);
	MUST(record_parse(&written, &doc, &err) == 0);
	check_taken_back(config, &written, restored);
	if (!plan.config.count)
		return;
	text = pieces_join(&plan.config);
	MUST(text);
	doc = (struct json_doc){ .name = "patched",
				 .text = text,
				 .len = plan.config.len };
	MUST(json_check(&doc, &err) == 0);
	check_outside(config, &doc);
	check_taken_back(&doc, &written, restored);
}

static void check_config(const struct json_doc *config,
			 const struct record *record, const char *record_text)
{
	struct json_doc restored CLEANUP_DOC = restore(config, record);
	struct spec spec CLEANUP_SPEC = { 0 };
	struct err err = { 0 };

	if (spec_read(&spec, &restored, RUNTIME_RUNC, &err) == 0)
		check_create(config, &restored, record, record_text, &spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t record_len = nul ? (size_t)(nul - text) : size;
	struct record record CLEANUP_RECORD = { 0 };
	struct json_doc doc = { .name = "record",
				.text = text,
				.len = record_len };
	struct json_doc config = { .name = "config", .text = NULL, .len = 0 };
	bool has_record;
	struct err err = { 0 };

	has_record = record_parse(&record, &doc, &err) == 0;
	if (has_record)
		check_print(&record);
	if (!nul)
		return 0;
	config.text = nul + 1;
	config.len = size - record_len - 1;
	if (json_check(&config, &err) == 0)
		check_config(&config, has_record ? &record : NULL,
			     has_record ? text : NULL);
	return 0;
}
