/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things stand in a JSON text. It expects a text that passed
 * json_check(), walks it without allocating and then cannot fail. Strings are
 * decoded by json-c from their spans; the text itself is never changed nor
 * written anew.
 */
#ifndef CAPRUNTIME_JSON_SCAN_H
#define CAPRUNTIME_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "json/check.h"

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* The bytes [start, end) of the text; a string's include its quotes. */
struct json_value {
	enum json_kind kind;
	size_t start;
	size_t end;
};

struct json_member {
	struct json_value key;
	struct json_value value;
};

/* Walks the members of an object or the elements of an array. */
struct json_iter {
	const struct json_doc *doc;
	size_t pos;
};

struct json_value json_root(const struct json_doc *doc);

/* `value` is an object or an array. */
struct json_iter json_iterate(const struct json_doc *doc,
			      struct json_value value);
/* False at the end. */
bool json_next_member(struct json_iter *iter, struct json_member *ret_member);
bool json_next_element(struct json_iter *iter, struct json_value *ret_value);

/* Is this string, escapes resolved, `text`? Out of memory counts as no. */
bool json_string_is(const struct json_doc *doc, struct json_value string,
		    const char *text);
bool json_has_escape(const struct json_doc *doc, struct json_value string);

/*
 * The string with its escapes resolved, ended by a NUL that ret_len does not
 * count; the string itself may hold NULs. The caller frees.
 */
int json_string(const struct json_doc *doc, struct json_value string,
		char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

/* Is it a number spelled 0|[1-9][0-9]* and at most `max`? */
bool json_is_u32(const struct json_doc *doc, struct json_value number,
		 uint32_t max, uint32_t *ret_number);

/* The same with more bits. */
bool json_is_u64(const struct json_doc *doc, struct json_value number,
		 uint64_t max, uint64_t *ret_number);

/* "a string", "an object" … for messages. */
const char *json_kind_name(enum json_kind kind);

#endif
