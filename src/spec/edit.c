/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/edit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

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

int edits_apply_value(const struct edits *edits, const struct json_doc *doc,
		      struct json_value value, char **ret_text, size_t *ret_len,
		      struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	size_t pos = value.start;

	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->list[i];

		if (edit->start < pos || edit->end > value.end)
			return err_set(err, "'%s': edits overlap", doc->name);
		buf_add(&buf, doc->text + pos, edit->start - pos);
		buf_add_str(&buf, edit->text);
		pos = edit->end;
	}
	buf_add(&buf, doc->text + pos, value.end - pos);
	return buf_take(&buf, ret_text, ret_len, err);
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
