/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that grows. A failed allocation is remembered, so that callers check
 * for it only once, in buf_take().
 */
#ifndef CAPRUNTIME_BASE_BUF_H
#define CAPRUNTIME_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

struct buf {
	char *text;
	size_t len;
	size_t size;
	bool failed;
	bool fixed; /* `text` is the caller's array, and does not grow */
};

/* A buffer that needs no allocation. buf_take() cannot be used. */
#define BUF_FIXED(array)                                                       \
	{                                                                      \
		.text = (array), .size = sizeof(array), .fixed = true          \
	}

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

void buf_add(struct buf *buf, const char *text, size_t len);
/* Inline, because the length of most texts is known. */
static inline void buf_add_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}
/*
 * Adds a JSON string in quotes (RFC 8259, section 7). Bytes that are not valid
 * UTF-8 become U+FFFD; unseen characters (base/utf8.h) become escapes.
 */
void buf_add_json(struct buf *buf, const char *text);
/*
 * The same with at most `max` bytes between the quotes; a longer text is cut
 * and ends in "...".
 */
void buf_add_json_cut(struct buf *buf, const char *text, size_t max);

/*
 * Returns the text, ended by a NUL that ret_len does not count, and leaves the
 * buffer empty. ret_len may be NULL. The caller frees. -1: out of memory.
 */
int buf_take(struct buf *buf, char **ret_text, size_t *ret_len,
	     struct err *err) MUST_CHECK;
void buf_free(struct buf *buf);

#endif
