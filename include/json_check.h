/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a text strict JSON: RFC 8259, one value, valid UTF-8, no unpaired
 * surrogates, bounded depth? Readers differ on everything beyond that
 * (comments, trailing text, invalid UTF-8),
 * so a text that passes means the same to all of them, but for its keys. It
 * allocates nothing and says where a text goes wrong.
 */
#ifndef CAPRUNTIME_JSON_CHECK_H
#define CAPRUNTIME_JSON_CHECK_H

#include <stddef.h>

#include "cleanup.h"
#include "err.h"

#define JSON_DEPTH_MAX 512

struct json_doc {
	const char *name; /* of the file, for messages */
	const char *text; /* need not end in NUL */
	size_t len;
};

/* Returns 0, or -1 with the place and what is wrong there. */
int json_check(const struct json_doc *doc, struct err *err) MUST_CHECK;

/* 1-based; columns count code points, as editors do. */
void json_place(const struct json_doc *doc, size_t offset, size_t *ret_line,
		size_t *ret_column);

/* Sets "'NAME':LINE:COLUMN: message" and returns -1. */
int json_err(struct err *err, const struct json_doc *doc, size_t offset,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
