/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/hash.h"

#define STRING_TAG "tag:yaml.org,2002:str"
#define LIST_TAG "tag:yaml.org,2002:seq"
#define MAP_TAG "tag:yaml.org,2002:map"
#define MERGE_KEY "<<"

struct anchor {
	const char *name;
	struct yaml_value *value;
};

/* A list or a map that is not complete. */
struct level {
	struct yaml_value *value;
	const char *anchor;
	const char *key; /* of a map, once read; its value follows */
	size_t key_line;
	size_t key_column;
};

struct reading {
	struct yaml_tree *tree;
	struct yaml_value *documents;
	yaml_parser_t *parser;
	struct level levels[YAML_DEPTH_MAX];
	size_t depth;
	struct anchor anchors[YAML_ANCHORS_MAX];
	size_t anchors_count;
	size_t values;
	struct err *err;
};

static int err_place(struct err *err, const char *name, size_t line,
		     size_t column, const char *message)
{
	return err_set(err, "'%s':%zu:%zu: %s", name, line, column, message);
}

int yaml_err(struct err *err, const struct yaml_tree *tree,
	     const struct yaml_value *value, const char *format, ...)
{
	char message[ERR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	return err_place(err, tree->name, value->line, value->column, message);
}

static int err_event(const struct reading *reading, const yaml_event_t *event,
		     const char *message)
{
	return err_place(reading->err, reading->tree->name,
			 event->start_mark.line + 1,
			 event->start_mark.column + 1, message);
}

static const char *copy_text(struct reading *reading, const void *text,
			     size_t len)
{
	char *copy = arena_alloc(&reading->tree->memory, len + 1);

	if (!copy)
		err_set_no_memory(reading->err);
	else
		memcpy(copy, text, len);
	return copy;
}

static struct yaml_value *make_value(struct reading *reading,
				     const yaml_event_t *event,
				     enum yaml_kind kind)
{
	struct yaml_value *value;

	if (++reading->values > YAML_VALUES_MAX) {
		err_event(reading, event,
			  "too many values: split the file in parts");
		return NULL;
	}
	value = arena_alloc(&reading->tree->memory, sizeof(*value));
	if (!value) {
		err_set_no_memory(reading->err);
		return NULL;
	}
	value->kind = kind;
	value->line = event->start_mark.line + 1;
	value->column = event->start_mark.column + 1;
	return value;
}

static bool has_key(const struct yaml_value *map, const char *key,
		    uint64_t hash)
{
	for (const struct yaml_item *item = map->items; item; item = item->next)
		if (item->hash == hash && strcmp(item->key, key) == 0)
			return true;
	return false;
}

static int add_item(struct reading *reading, struct yaml_value *parent,
		    const char *key, struct yaml_value *value)
{
	struct yaml_item *item =
		arena_alloc(&reading->tree->memory, sizeof(*item));

	if (!item)
		return err_set_no_memory(reading->err);
	item->key = key;
	item->hash = key ? hash_bytes(HASH_START, key, strlen(key)) : 0;
	item->value = value;
	/* libyaml ends only what it began, so there is a parent. */
	if (parent->last) /* NOLINT(clang-analyzer-core.NullDereference) */
		parent->last->next = item;
	else
		parent->items = item;
	parent->last = item;
	parent->count++;
	return 0;
}

static int take_key(struct reading *reading, const yaml_event_t *event,
		    struct level *level, const char *key)
{
	char message[ERR_TEXT_MAX];

	if (level->value->count == YAML_KEYS_MAX)
		return err_event(reading, event, "too many keys in one map");
	if (!event->data.scalar.quoted_implicit && strcmp(key, MERGE_KEY) == 0)
		return err_event(
			reading, event,
			"merge keys ('<<') are not read: write the keys themselves");
	if (has_key(level->value, key,
		    hash_bytes(HASH_START, key, strlen(key)))) {
		snprintf(message, sizeof(message),
			 "duplicate key '%s': remove one of them", key);
		return err_event(reading, event, message);
	}
	level->key = key;
	return 0;
}

/* Adds a value to what it is in. An anchor's name starts to mean it. */
static int finish_value(struct reading *reading, const yaml_event_t *event,
			struct yaml_value *value, const char *anchor)
{
	struct level *level =
		reading->depth ? &reading->levels[reading->depth - 1] : NULL;
	const char *key;

	if (anchor && reading->anchors_count == YAML_ANCHORS_MAX)
		return err_event(reading, event,
				 "too many anchors: write the values out");
	if (anchor)
		reading->anchors[reading->anchors_count++] =
			(struct anchor){ anchor, value };
	if (!level)
		return add_item(reading, reading->documents, NULL, value);
	key = level->key;
	level->key = NULL;
	return add_item(reading, level->value, key, value);
}

static bool expects_key(const struct reading *reading)
{
	const struct level *level =
		reading->depth ? &reading->levels[reading->depth - 1] : NULL;

	return level && level->value->kind == YAML_MAP && !level->key;
}

/* Without an anchor, *ret_name stays NULL. */
static int read_anchor(struct reading *reading, const yaml_char_t *anchor,
		       const char **ret_name)
{
	*ret_name = NULL;
	if (!anchor)
		return 0;
	*ret_name = copy_text(reading, anchor, strlen((const char *)anchor));
	return *ret_name ? 0 : -1;
}

static int check_tag(const struct reading *reading, const yaml_event_t *event,
		     const yaml_char_t *tag, const char *wanted)
{
	if (!tag || strcmp((const char *)tag, "!") == 0 ||
	    strcmp((const char *)tag, wanted) == 0)
		return 0;
	return err_event(reading, event,
			 "a tag that changes the type: remove it");
}

static int read_scalar(struct reading *reading, const yaml_event_t *event)
{
	const char *text = copy_text(reading, event->data.scalar.value,
				     event->data.scalar.length);
	struct yaml_value *value;
	const char *anchor;

	if (!text ||
	    read_anchor(reading, event->data.scalar.anchor, &anchor) < 0)
		return -1;
	if (strlen(text) != event->data.scalar.length)
		return err_event(reading, event, "a NUL character: remove it");
	if (check_tag(reading, event, event->data.scalar.tag, STRING_TAG) < 0)
		return -1;
	if (expects_key(reading)) {
		if (anchor)
			return err_event(reading, event,
					 "an anchor at a key: remove it");
		return take_key(reading, event,
				&reading->levels[reading->depth - 1], text);
	}
	value = make_value(reading, event, YAML_SCALAR);
	if (!value)
		return -1;
	value->text = text;
	value->quoted =
		event->data.scalar.tag || !event->data.scalar.plain_implicit;
	return finish_value(reading, event, value, anchor);
}

static int begin_level(struct reading *reading, const yaml_event_t *event,
		       enum yaml_kind kind, const yaml_char_t *tag,
		       const yaml_char_t *anchor)
{
	struct level level = { 0 };

	if (check_tag(reading, event, tag,
		      kind == YAML_MAP ? MAP_TAG : LIST_TAG) < 0)
		return -1;
	if (expects_key(reading))
		return err_event(reading, event,
				 "a key that is no string: write a string");
	if (reading->depth == YAML_DEPTH_MAX)
		return err_event(reading, event, "too many levels");
	level.value = make_value(reading, event, kind);
	if (!level.value || read_anchor(reading, anchor, &level.anchor) < 0)
		return -1;
	reading->levels[reading->depth++] = level;
	return 0;
}

static int end_level(struct reading *reading, const yaml_event_t *event)
{
	struct level level = reading->levels[--reading->depth];

	return finish_value(reading, event, level.value, level.anchor);
}

/* The last anchor of a name counts. */
static int read_alias(struct reading *reading, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	if (expects_key(reading))
		return err_event(reading, event,
				 "an alias as a key: write the key itself");
	if (++reading->values > YAML_VALUES_MAX)
		return err_event(reading, event, "too many values");
	for (size_t i = reading->anchors_count; i--;)
		if (strcmp(reading->anchors[i].name, name) == 0)
			return finish_value(reading, event,
					    reading->anchors[i].value, NULL);
	return err_event(reading, event,
			 "no complete anchor of this alias precedes it");
}

static int read_event(struct reading *reading, const yaml_event_t *event)
{
	switch ((int)event->type) {
	case YAML_DOCUMENT_START_EVENT:
		reading->anchors_count = 0;
		return 0;
	case YAML_SCALAR_EVENT:
		return read_scalar(reading, event);
	case YAML_SEQUENCE_START_EVENT:
		return begin_level(reading, event, YAML_LIST,
				   event->data.sequence_start.tag,
				   event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return begin_level(reading, event, YAML_MAP,
				   event->data.mapping_start.tag,
				   event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return end_level(reading, event);
	case YAML_ALIAS_EVENT:
		return read_alias(reading, event);
	default:
		return 0;
	}
}

/* Problems of the encoding have no line. */
static int err_syntax(const struct reading *reading)
{
	const yaml_parser_t *parser = reading->parser;

	if (parser->error == YAML_MEMORY_ERROR)
		return err_set_no_memory(reading->err);
	return err_set(reading->err, "'%s':%zu:%zu: invalid YAML: %s",
		       reading->tree->name, parser->problem_mark.line + 1,
		       parser->problem_mark.column + 1,
		       parser->problem ? parser->problem : "unknown problem");
}

static int read_events(struct reading *reading)
{
	bool ended = false;

	while (!ended) {
		yaml_event_t event;
		int status;

		if (!yaml_parser_parse(reading->parser, &event))
			return err_syntax(reading);
		ended = event.type == YAML_STREAM_END_EVENT;
		status = read_event(reading, &event);
		yaml_event_delete(&event);
		if (status < 0)
			return -1;
	}
	return 0;
}

int yaml_tree_read(struct yaml_tree *ret_tree, const char *name,
		   const char *text, size_t len, struct err *err)
{
	yaml_parser_t parser;
	struct reading reading = { .tree = ret_tree,
				   .parser = &parser,
				   .err = err };
	int status;

	*ret_tree = (struct yaml_tree){ .name = name };
	reading.documents =
		arena_alloc(&ret_tree->memory, sizeof(*reading.documents));
	if (!reading.documents || !yaml_parser_initialize(&parser))
		return err_set_no_memory(err);
	reading.documents->kind = YAML_LIST;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	status = read_events(&reading);
	yaml_parser_delete(&parser);
	ret_tree->documents = reading.documents;
	return status;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	arena_free(&tree->memory);
	tree->documents = NULL;
}

const struct yaml_value *yaml_find(const struct yaml_value *map,
				   const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_item *item = map->items; item; item = item->next)
		if (strcmp(item->key, key) == 0)
			return item->value;
	return NULL;
}
