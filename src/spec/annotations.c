/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/annotations.h"

#include <string.h>

static int compare_annotations(const void *left, const void *right)
{
	const struct annotation *a = left, *b = right;

	return strcmp(a->key, b->key);
}

static size_t count_members(const struct json_doc *doc,
			    struct json_value object)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;
	size_t count = 0;

	while (json_next_member(&iter, &member))
		count++;
	return count;
}

/* NULL without an error: the string contains a NUL. */
static int read_text(const struct json_doc *doc, struct json_value string,
		     char **ret_text, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	*ret_text = NULL;
	if (json_string(doc, string, &text, &len, err) < 0)
		return -1;
	if (strlen(text) == len)
		*ret_text = TAKE_PTR(text);
	return 0;
}

static int add_annotation(struct annotations *annotations,
			  const struct json_doc *doc,
			  const struct json_member *member, struct err *err)
{
	char *key CLEANUP_FREE = NULL, *value CLEANUP_FREE = NULL;
	struct annotation *annotation;

	if (member->value.kind != JSON_STRING)
		return 0;
	if (read_text(doc, member->key, &key, err) < 0 ||
	    read_text(doc, member->value, &value, err) < 0)
		return -1;
	if (!key || !value)
		return 0;
	annotation = &annotations->list[annotations->count++];
	annotation->key = TAKE_PTR(key);
	annotation->value = TAKE_PTR(value);
	return 0;
}

int annotations_read(struct annotations *ret_annotations,
		     const struct json_doc *doc, struct json_value object,
		     struct err *err)
{
	struct json_iter iter = json_iterate(doc, object);
	size_t count = count_members(doc, object);
	struct json_member member;

	*ret_annotations = (struct annotations){ 0 };
	if (!count)
		return 0;
	ret_annotations->list = calloc(count, sizeof(*ret_annotations->list));
	if (!ret_annotations->list)
		return err_set_no_memory(err);
	while (json_next_member(&iter, &member))
		if (add_annotation(ret_annotations, doc, &member, err) < 0)
			return -1;
	qsort(ret_annotations->list, ret_annotations->count,
	      sizeof(*ret_annotations->list), compare_annotations);
	return 0;
}

void annotations_free(struct annotations *annotations)
{
	for (size_t i = 0; i < annotations->count; i++) {
		free(annotations->list[i].key);
		free(annotations->list[i].value);
	}
	free(annotations->list);
	*annotations = (struct annotations){ 0 };
}

const char *annotations_find(const struct annotations *annotations,
			     const char *key)
{
	struct annotation wanted = { .key = (char *)(uintptr_t)key };
	const struct annotation *found;

	if (!annotations->count)
		return NULL;
	found = bsearch(&wanted, annotations->list, annotations->count,
			sizeof(wanted), compare_annotations);
	return found ? found->value : NULL;
}
