/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON text, and the places in it that messages name. */
#ifndef CAPRUNTIME_JSON_PLACE_H
#define CAPRUNTIME_JSON_PLACE_H

#include <stddef.h>

#include "base/err.h"

struct json_doc {
	const char *name; /* of the file, for messages */
	const char *text; /* need not end in NUL */
	size_t len; /* less than 4 GiB if there is an index */
	struct json_index *index; /* NULL: none. json_check() fills it */
};

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
 * Moves to another offset, or to the end if that is smaller. Reads the text in
 * between and, when it moves back over a line break, the start of that line.
 */
void json_place_move(const struct json_doc *doc, struct json_place *place,
		     size_t offset);

/* Sets "'NAME':LINE:COLUMN: message" and returns -1. */
int json_err(struct err *err, const struct json_doc *doc, size_t offset,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a known place. */
int json_err_place(struct err *err, const struct json_doc *doc,
		   const struct json_place *place, const char *message);

#endif
