/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a text strict JSON: RFC 8259, one value, valid UTF-8, no unpaired
 * surrogates, bounded depth? Readers differ on everything beyond that
 * (comments, trailing text, invalid UTF-8), so a text that passes means the
 * same to all of them, but for its keys. It allocates nothing and says where a
 * text goes wrong.
 */
#ifndef CAPRUNTIME_JSON_CHECK_H
#define CAPRUNTIME_JSON_CHECK_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

#define JSON_DEPTH_MAX 512

struct json_doc {
	const char *name; /* of the file, for messages */
	const char *text; /* need not end in NUL */
	size_t len;
};

/* Returns 0, or -1 with the place and what is wrong there. */
int json_check(const struct json_doc *doc, struct err *err) MUST_CHECK;

/* The same, told apart; both are set only on -1. */
int json_check_find(const struct json_doc *doc, size_t *ret_offset,
		    const char **ret_what) MUST_CHECK;

/* Lines and columns from 1; columns count code points, as editors do. */
struct json_place {
	size_t offset;
	size_t line;
	size_t column;
};

#define JSON_PLACE_START                                                       \
	{                                                                      \
		.offset = 0, .line = 1, .column = 1                            \
	}

/*
 * To another offset, or to the end where that is less. It takes a walk over the
 * text in between and, back over a line break, over that line.
 */
void json_place_move(const struct json_doc *doc, struct json_place *place,
		     size_t offset);

/* Sets "'NAME':LINE:COLUMN: message" and returns -1. */
int json_err(struct err *err, const struct json_doc *doc, size_t offset,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a place that is known. */
int json_err_place(struct err *err, const struct json_doc *doc,
		   const struct json_place *place, const char *message);

#endif
