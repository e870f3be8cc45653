/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed access to the values of a JSON text that passed json_check(). Every
 * error names the place, the key and the expected type. Duplicate and unknown
 * keys are not detected here but in json/keys.h.
 *
 * Every function that takes a `key` names it in its messages; NULL means that
 * the value has none (the root, or an element of a list).
 */
#ifndef CAPRUNTIME_JSON_READ_H
#define CAPRUNTIME_JSON_READ_H

#include "json/scan.h"

struct json_reader {
	const struct json_doc *doc;
	struct err *err; /* gets the place and the message */
	/* If not NULL, it gets each message instead of `err`. */
	void (*report)(void *context, size_t offset, const char *message);
	void *context;
};

/* Reports a message at this offset of the text. Returns -1. */
int json_fail(const struct json_reader *reader, size_t offset,
	      const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Finds the first member with this key, even if it is null. False: there is
 * none, or `object` is not an object.
 */
bool json_find(const struct json_doc *doc, struct json_value object,
	       const char *key, struct json_value *ret_value);

/* `kinds` is one or more of enum json_kind: JSON_STRING | JSON_NULL. */
int json_want(const struct json_reader *reader, const char *key,
	      struct json_value value, unsigned int kinds) MUST_CHECK;

/*
 * The member of `object`, which must be of one of `kinds`. With JSON_NULL among
 * them the member is optional: an absent one is returned as null.
 */
int json_find_kind(const struct json_reader *reader, struct json_value object,
		   const char *key, unsigned int kinds,
		   struct json_value *ret_value) MUST_CHECK;

/*
 * A string without NULs, in memory of the caller: `string.end - string.start - 1`
 * bytes. `string` is a string.
 */
int json_text_decode(const struct json_reader *reader, const char *key,
		     struct json_value string, char *ret_text) MUST_CHECK;

/* The same in new memory, for a value of any kind. The caller frees. */
int json_text(const struct json_reader *reader, const char *key,
	      struct json_value value, char **ret_text) MUST_CHECK;

/* json_find_kind(), then json_text(); NULL for null. The caller frees. */
int json_find_text(const struct json_reader *reader, struct json_value object,
		   const char *key, unsigned int kinds,
		   char **ret_text) MUST_CHECK;

int json_boolean(const struct json_reader *reader, const char *key,
		 struct json_value value, bool *ret_boolean) MUST_CHECK;

/* A number in plain digits, 0 to `max`. */
int json_u32(const struct json_reader *reader, const char *key,
	     struct json_value value, uint32_t max,
	     uint32_t *ret_number) MUST_CHECK;
int json_u64(const struct json_reader *reader, const char *key,
	     struct json_value value, uint64_t max,
	     uint64_t *ret_number) MUST_CHECK;

/*
 * The next element of a list of strings: 1, or 0 at the end, or -1 for an
 * element that is not a string. `key` is the key of the list.
 */
int json_next_string(const struct json_reader *reader, const char *key,
		     struct json_iter *iter,
		     struct json_value *ret_string) MUST_CHECK;

#endif
