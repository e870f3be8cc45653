/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line of a text that holds a place, as it can be shown above a caret: cut
 * around the place, in columns as utf8_columns() counts them.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_EXCERPT_H
#define CAPRUNTIME_CAPCTL_CHECK_EXCERPT_H

#include "json/check.h"

#define SOURCE_EXCERPT_WIDTH_MIN 16
#define SOURCE_EXCERPT_WIDTH_MAX 256

struct source_excerpt {
	char *text; /* UTF-8 without control characters; owned by the caller */
	size_t caret; /* the columns before the place */
};

/*
 * At most `width` columns (SOURCE_EXCERPT_WIDTH_MIN to
 * SOURCE_EXCERPT_WIDTH_MAX), one of them for a place at the line's end. "..."
 * replaces what is cut off; of a long line only the part near the place is
 * read. A blank replaces a tab, U+FFFD what is not printable. -1: out of
 * memory.
 */
int source_excerpt_make(struct source_excerpt *ret_excerpt,
			const struct json_doc *doc, size_t offset, size_t width,
			struct err *err) MUST_CHECK;

#endif
