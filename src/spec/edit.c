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

static int err_overlap(struct err *err, const struct json_doc *doc)
{
	return err_set(err, "'%s': edits overlap", doc->name);
}

static int split_value(const struct edits *edits, const struct json_doc *doc,
		       struct json_value value, struct pieces *ret_pieces,
		       struct err *err)
{
	struct pieces pieces = {
		.list = calloc(2 * edits->count + 1, sizeof(*pieces.list)),
	};
	struct piece *list CLEANUP_FREE = pieces.list;
	size_t pos = value.start;

	if (!list)
		return err_set_no_memory(err);
	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->list[i];

		if (edit->start < pos)
			return err_overlap(err, doc);
		pieces_add(&pieces, doc->text + pos, edit->start - pos);
		pieces_add(&pieces, edit->text, strlen(edit->text));
		pos = edit->end;
	}
	if (pos > value.end)
		return err_overlap(err, doc);
	pieces_add(&pieces, doc->text + pos, value.end - pos);
	*ret_pieces = pieces;
	list = NULL;
	return 0;
}

int edits_split(const struct edits *edits, const struct json_doc *doc,
		struct pieces *ret_pieces, struct err *err)
{
	struct json_value whole = { .end = doc->len };

	return split_value(edits, doc, whole, ret_pieces, err);
}

int edits_apply_value(const struct edits *edits, const struct json_doc *doc,
		      struct json_value value, char **ret_text, size_t *ret_len,
		      struct err *err)
{
	struct piece *list CLEANUP_FREE = NULL;
	struct pieces pieces;

	if (split_value(edits, doc, value, &pieces, err) < 0)
		return -1;
	list = pieces.list;
	*ret_text = pieces_join(&pieces);
	if (!*ret_text)
		return err_set_no_memory(err);
	if (ret_len)
		*ret_len = pieces.len;
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
