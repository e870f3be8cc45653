/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that grows. Failing to grow is remembered, so that a writer adds
 * without looking and asks once, in buf_take().
 */
#ifndef CAPRUNTIME_BUF_H
#define CAPRUNTIME_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "err.h"

struct buf {
	char *text;
	size_t len;
	size_t size;
	bool failed;
};

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

void buf_add(struct buf *buf, const char *text, size_t len);
void buf_add_str(struct buf *buf, const char *text);
/* As a JSON string in quotes (RFC 8259, section 7); bytes over 0x7f as they
 * are. */
void buf_add_json(struct buf *buf, const char *text);

/*
 * Hands the text over, ended by a NUL that ret_len does not count, and leaves
 * the buffer empty. ret_len may be NULL. The caller frees. Fails when out of
 * memory.
 */
int buf_take(struct buf *buf, char **ret_text, size_t *ret_len,
	     struct err *err) MUST_CHECK;
void buf_free(struct buf *buf);

#endif
