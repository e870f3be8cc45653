/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

int edits_add(struct edits *edits, size_t start, size_t end, const char *text,
	      struct err *err)
{
	struct edit *list = alloc_room(edits->list, edits->count, &edits->size,
				       sizeof(*list));
	size_t at = edits->count;
	char *copy;

	if (!list)
		return err_set_no_memory(err);
	edits->list = list;
	copy = strdup(text);
	if (!copy)
		return err_set_no_memory(err);
	for (; at && list[at - 1].start > start; at--)
		list[at] = list[at - 1];
	list[at] = (struct edit){ .start = start, .end = end, .text = copy };
	edits->count++;
	return 0;
}

/* What the value becomes; 0: edits overlap. */
static size_t size_after(const struct edits *edits, struct json_value value)
{
	size_t pos = value.start, size = value.end - value.start + 1;

	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->list[i];

		if (edit->start < pos || edit->end > value.end)
			return 0;
		pos = edit->end;
		size += strlen(edit->text) - (edit->end - edit->start);
	}
	return size;
}

int edits_apply_value(const struct edits *edits, const struct json_doc *doc,
		      struct json_value value, char **ret_text, size_t *ret_len,
		      struct err *err)
{
	size_t size = size_after(edits, value), pos = value.start;
	char *text, *at;

	if (!size)
		return err_set(err, "'%s': edits overlap", doc->name);
	at = text = malloc(size);
	if (!text)
		return err_set_no_memory(err);
	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->list[i];

		at = mempcpy(at, doc->text + pos, edit->start - pos);
		at = mempcpy(at, edit->text, strlen(edit->text));
		pos = edit->end;
	}
	at = mempcpy(at, doc->text + pos, value.end - pos);
	*at = '\0';
	*ret_text = text;
	if (ret_len)
		*ret_len = size - 1;
	return 0;
}

int edits_apply(const struct edits *edits, const struct json_doc *doc,
		char **ret_text, size_t *ret_len, struct err *err)
{
	struct json_value whole = { .end = doc->len };

	return edits_apply_value(edits, doc, whole, ret_text, ret_len, err);
}

void edits_free(struct edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		free(edits->list[i].text);
	free(edits->list);
	*edits = (struct edits){ 0 };
}
