/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/annotations.h"

#include <string.h>

#include "base/alloc.h"

static int compare_annotations(const void *left, const void *right)
{
	const struct annotation *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* NULL without an error: the string contains a NUL. */
static int read_text(struct annotations *annotations,
		     const struct json_reader *json, struct json_value string,
		     const char **ret_text)
{
	char *text = arena_alloc(&annotations->memory,
				 string.end - string.start - 1);

	if (!text)
		return err_set_no_memory(json->err);
	*ret_text = json_decode_text(json->doc, string, text) ? text : NULL;
	return 0;
}

static int add_annotation(struct annotations *annotations,
			  const struct json_reader *json,
			  const struct json_member *member)
{
	struct annotation *list =
		alloc_room(annotations->list, annotations->count,
			   &annotations->size, sizeof(*list));
	struct annotation *annotation;

	if (!list)
		return err_set_no_memory(json->err);
	annotations->list = list;
	annotation = &list[annotations->count];
	if (read_text(annotations, json, member->key, &annotation->key) < 0 ||
	    read_text(annotations, json, member->value, &annotation->value) < 0)
		return -1;
	annotations->count += annotation->key && annotation->value;
	return 0;
}

int annotations_read(struct annotations *ret_annotations,
		     const struct json_reader *json, struct json_value object)
{
	struct json_iter iter = json_iterate(json->doc, object);
	struct json_member member;

	*ret_annotations = (struct annotations){ 0 };
	while (json_next_member(&iter, &member)) {
		if (json_want(json, NULL, member.value,
			      JSON_STRING | JSON_NULL) < 0)
			return -1;
		if (member.value.kind == JSON_STRING &&
		    add_annotation(ret_annotations, json, &member) < 0)
			return -1;
	}
	if (ret_annotations->count)
		qsort(ret_annotations->list, ret_annotations->count,
		      sizeof(*ret_annotations->list), compare_annotations);
	return 0;
}

void annotations_free(struct annotations *annotations)
{
	free(annotations->list);
	arena_free(&annotations->memory);
	*annotations = (struct annotations){ 0 };
}

const char *annotations_find(const struct annotations *annotations,
			     const char *key)
{
	struct annotation wanted = { .key = key };
	const struct annotation *found;

	if (!annotations->count)
		return NULL;
	found = bsearch(&wanted, annotations->list, annotations->count,
			sizeof(wanted), compare_annotations);
	return found ? found->value : NULL;
}
