/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes to a text as a list of edits, each of which replaces a span of the
 * original. All bytes outside the spans stay unchanged.
 */
#ifndef CAPRUNTIME_SPEC_EDIT_H
#define CAPRUNTIME_SPEC_EDIT_H

#include "base/pieces.h"
#include "json/scan.h"

/* start == end inserts; an empty text removes. */
struct edit {
	size_t start;
	size_t end;
	char *text;
};

struct edits {
	struct edit *list; /* in the order of the text */
	size_t count;
	size_t size;
};

#define CLEANUP_EDITS __attribute__((cleanup(edits_free)))

/*
 * Adds an edit; `text` is copied. Edits must not overlap. Two edits at the same
 * place keep the order in which they were added.
 */
int edits_add(struct edits *edits, size_t start, size_t end, const char *text,
	      struct err *err) MUST_CHECK;

/*
 * The whole text with all edits applied, in pieces that lie in it and in the
 * edits. The caller frees ret_pieces->list.
 */
int edits_split(const struct edits *edits, const struct json_doc *doc,
		struct pieces *ret_pieces, struct err *err) MUST_CHECK;

/* The same as one text. The caller frees. */
int edits_apply(const struct edits *edits, const struct json_doc *doc,
		char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

/* The same for one value that contains all edits. ret_len may be NULL. */
int edits_apply_value(const struct edits *edits, const struct json_doc *doc,
		      struct json_value value, char **ret_text, size_t *ret_len,
		      struct err *err) MUST_CHECK;

void edits_free(struct edits *edits);

#endif
