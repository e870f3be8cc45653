/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/finding.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void findings_take(struct findings *findings, struct finding finding)
{
	struct finding *list = NULL;

	if (finding.text)
		list = alloc_room(findings->list, findings->count,
				  &findings->size, sizeof(*list));
	if (!list) {
		findings->failed = true;
		free(finding.text);
		free(finding.fix);
		return;
	}
	findings->list = list;
	list[findings->count++] = finding;
}

__attribute__((format(printf, 1, 0))) static char *
finding_format(const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

void findings_add(struct findings *findings, enum finding_level level,
		  const char *topic, const char *format, ...)
{
	struct finding finding = { .level = level, .topic = topic };
	va_list arguments;

	va_start(arguments, format);
	finding.text = finding_format(format, arguments);
	va_end(arguments);
	findings_take(findings, finding);
}

void findings_add_like(struct findings *findings, struct finding finding,
		       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finding.text = finding_format(format, arguments);
	va_end(arguments);
	findings_take(findings, finding);
}

void findings_fix(struct findings *findings, const char *format, ...)
{
	va_list arguments;
	struct finding *last;

	if (!findings->count)
		return;
	last = &findings->list[findings->count - 1];
	free(last->fix);
	va_start(arguments, format);
	last->fix = finding_format(format, arguments);
	va_end(arguments);
	findings->failed |= !last->fix;
}

int findings_check(const struct findings *findings, struct err *err)
{
	return findings->failed ? err_set_no_memory(err) : 0;
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level;
	return count;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].fix);
	}
	free(findings->list);
	*findings = (struct findings){ 0 };
}

const char *finding_level_name(enum finding_level level)
{
	static const char *const names[FINDING_LEVEL_COUNT] = {
		[FINDING_OK] = "ok",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
		[FINDING_UNKNOWN] = "unknown",
	};

	return names[level];
}

enum out_style finding_level_style(enum finding_level level)
{
	static const enum out_style styles[FINDING_LEVEL_COUNT] = {
		[FINDING_OK] = OUT_GOOD,
		[FINDING_WARNING] = OUT_WARNING,
		[FINDING_ERROR] = OUT_BAD,
		[FINDING_UNKNOWN] = OUT_WARNING,
	};

	return styles[level];
}

enum out_style findings_summary_style(const struct findings *findings)
{
	if (findings_count(findings, FINDING_ERROR))
		return OUT_BAD;
	if (findings_count(findings, FINDING_WARNING) ||
	    findings_count(findings, FINDING_UNKNOWN))
		return OUT_WARNING;
	return OUT_GOOD;
}

static bool is_printed(const struct findings *findings, size_t i)
{
	return !findings->wrong_only || findings->list[i].level != FINDING_OK;
}

/* The field where it is a string; NULL: the finding has none. */
static const char *finding_string(const struct finding *finding,
				  enum finding_field field)
{
	switch (field) {
	case FINDING_FIELD_LEVEL:
		return finding_level_name(finding->level);
	case FINDING_FIELD_CODE:
		return finding->code;
	case FINDING_FIELD_TOPIC:
		return finding->topic;
	case FINDING_FIELD_FILE:
		return finding->file;
	case FINDING_FIELD_TEXT:
		return finding->text;
	case FINDING_FIELD_FIX:
		return finding->fix;
	case FINDING_FIELD_LINE:
	case FINDING_FIELD_COLUMN:
	case FINDING_FIELD_NAMES:
		break;
	}
	return NULL;
}

/* The caller frees; NULL: out of memory. */
static char *finding_full_text(const struct finding *finding)
{
	char *names CLEANUP_FREE = NULL;

	if (!finding->names)
		return strdup(finding->text);
	names = out_names(finding->names);
	return names ? alloc_text("%s: %s", names, finding->text) : NULL;
}

static void finding_add_rows(struct out_table *table,
			     const struct finding *finding,
			     const enum finding_field fields[2])
{
	char *text CLEANUP_FREE = finding_full_text(finding);
	char *fix CLEANUP_FREE =
		finding->fix ? alloc_text("fix: %s", finding->fix) : NULL;

	table->failed |= !text || (finding->fix && !fix);
	out_table_add(table, OUT_PLAIN, 3, finding_string(finding, fields[0]),
		      finding_string(finding, fields[1]), text);
	for (size_t i = 0; i < 2; i++)
		if (fields[i] == FINDING_FIELD_LEVEL ||
		    fields[i] == FINDING_FIELD_CODE)
			out_table_style(table, i,
					finding_level_style(finding->level));
	if (fix)
		out_table_add(table, OUT_STRONG, 3, "", "", fix);
}

void findings_print_table(const struct findings *findings,
			  enum finding_field first, enum finding_field second)
{
	struct out_table table CLEANUP_TABLE = { 0 };
	const enum finding_field fields[2] = { first, second };

	for (size_t i = 0; i < findings->count; i++)
		if (is_printed(findings, i))
			finding_add_rows(&table, &findings->list[i], fields);
	out_table_print(&table);
}

void finding_print_line(const struct finding *finding)
{
	enum out_style style = finding_level_style(finding->level);
	const char *level = finding_level_name(finding->level);

	if (finding->file && finding->place.line)
		out_line(style, "%s:%zu:%zu: %s: %s", finding->file,
			 finding->place.line, finding->place.column, level,
			 finding->text);
	else
		out_line(style, "%s: %s", level, finding->text);
}

static struct json_object *finding_value(const struct finding *finding,
					 enum finding_field field)
{
	const struct json_place *place = &finding->place;

	if (field == FINDING_FIELD_NAMES)
		return out_json_names(finding->names);
	if (field != FINDING_FIELD_LINE && field != FINDING_FIELD_COLUMN)
		return out_json_text(finding_string(finding, field));
	if (!place->line)
		return NULL;
	return json_object_new_int64((int64_t)(field == FINDING_FIELD_LINE
						       ? place->line
						       : place->column));
}

struct json_object *findings_json(const struct findings *findings,
				  const struct finding_key *keys, size_t count)
{
	struct json_object *list = json_object_new_array(), *object;

	for (size_t i = 0; i < findings->count; i++) {
		if (!is_printed(findings, i))
			continue;
		object = json_object_new_object();
		for (size_t k = 0; k < count; k++)
			json_object_object_add(object, keys[k].name,
					       finding_value(&findings->list[i],
							     keys[k].field));
		json_object_array_add(list, object);
	}
	return list;
}
