/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a JSON text that passed json_check() and yields spans of it. Walking
 * allocates nothing and cannot fail; only decoding a string allocates. Typed
 * access with error messages is json/read.h.
 */
#ifndef CAPRUNTIME_JSON_SCAN_H
#define CAPRUNTIME_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "json/check.h"

/* One bit each, so that several kinds fit into one argument. */
enum json_kind {
	JSON_NULL = 1,
	JSON_FALSE = 2,
	JSON_TRUE = 4,
	JSON_NUMBER = 8,
	JSON_STRING = 16,
	JSON_ARRAY = 32,
	JSON_OBJECT = 64,
};

#define JSON_BOOLEAN (JSON_FALSE | JSON_TRUE)

/* The bytes [start, end) of the text; a string's include its quotes. */
struct json_value {
	enum json_kind kind;
	size_t start;
	size_t end;
	bool escapes; /* in a string */
};

struct json_member {
	struct json_value key;
	struct json_value value;
};

/* Walks the members of an object or the elements of an array. */
struct json_iter {
	const struct json_doc *doc; /* NULL: nothing to walk */
	size_t pos;
};

struct json_value json_root(const struct json_doc *doc);

/* A value that is neither object nor array has no members or elements. */
struct json_iter json_iterate(const struct json_doc *doc,
			      struct json_value value);
/* False at the end. */
bool json_next_member(struct json_iter *iter, struct json_member *ret_member);
bool json_next_element(struct json_iter *iter, struct json_value *ret_value);

/*
 * True when this is a string that, escapes resolved, equals `text`. Allocates
 * nothing.
 */
bool json_string_is(const struct json_doc *doc, struct json_value string,
		    const char *text);

/*
 * Decodes a string's escapes and returns its length. ret_text has room for as
 * many bytes as the string has in the document, without the quotes. It is not
 * terminated.
 */
size_t json_decode(const struct json_doc *doc, struct json_value string,
		   char *ret_text);

/* The same, ended by a NUL in one byte more. False: the string contains one. */
bool json_decode_text(const struct json_doc *doc, struct json_value string,
		      char *ret_text) MUST_CHECK;

/*
 * Decodes a string's escapes. ret_len does not count the terminating NUL; the
 * string itself can contain NULs (\u0000). The caller frees. Fails only when
 * out of memory.
 */
int json_string(const struct json_doc *doc, struct json_value string,
		char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

/* True for a number in plain digits (0|[1-9][0-9]*) that is at most `max`. */
bool json_is_u32(const struct json_doc *doc, struct json_value number,
		 uint32_t max, uint32_t *ret_number);

bool json_is_u64(const struct json_doc *doc, struct json_value number,
		 uint64_t max, uint64_t *ret_number);

/* "a string", "an object" and so on, for messages. */
const char *json_kind_name(enum json_kind kind);

#endif
