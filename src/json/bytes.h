/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes between the values of JSON, RFC 8259, section 2. */
#ifndef CAPRUNTIME_JSON_BYTES_H
#define CAPRUNTIME_JSON_BYTES_H

#include <stdbool.h>

#include "json/place.h"

static inline bool json_is_blank(int byte)
{
	return byte <= ' ' &&
	       (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r');
}

static inline bool json_is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

/* Inline, because most often there is none. */
static inline size_t json_skip_blank(const struct json_doc *doc, size_t pos)
{
	while (pos < doc->len && json_is_blank(doc->text[pos]))
		pos++;
	return pos;
}

#endif
