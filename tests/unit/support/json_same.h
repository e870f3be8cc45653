/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the values that json_scan and json-c read, and a walk with and without an
 * index. json-c cuts a key at a
 * NUL, and uses the last of two equal keys.
 */
#ifndef CAPRUNTIME_JSON_SAME_H
#define CAPRUNTIME_JSON_SAME_H

#include <errno.h>
#include <json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json/scan.h"

static inline bool json_same(const struct json_doc *doc,
			     struct json_value value,
			     struct json_object *object);

static inline bool json_same_string(const struct json_doc *doc,
				    struct json_value value,
				    struct json_object *object)
{
	char *text CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	return json_object_is_type(object, json_type_string) &&
	       json_string(doc, value, &text, &len, &err) == 0 &&
	       len == (size_t)json_object_get_string_len(object) &&
	       memcmp(text, json_object_get_string(object), len + 1) == 0;
}

/* A number in plain digits that fits into 64 bits: those that json-c prints. */
static inline bool json_same_is_plain(const struct json_doc *doc,
				      struct json_value value,
				      struct json_object *object,
				      uint64_t *ret_number)
{
	char text[32];

	*ret_number = json_object_get_uint64(object);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)*ret_number);
	return value.kind == JSON_NUMBER &&
	       strlen(text) == value.end - value.start &&
	       memcmp(doc->text + value.start, text, strlen(text)) == 0;
}

static inline bool json_same_number(const struct json_doc *doc,
				    struct json_value value,
				    struct json_object *object)
{
	char *text CLEANUP_FREE =
		strndup(doc->text + value.start, value.end - value.start);
	double number = strtod(text, NULL);
	uint64_t read = 0, want;

	if (json_is_u64(doc, value, UINT64_MAX, &read) !=
		    json_same_is_plain(doc, value, object, &want) ||
	    (read && read != want))
		return false;
	/* json-c clamps integers to 64 bits. */
	if (json_object_is_type(object, json_type_int) && fabs(number) > 1e18)
		return true;
	return (json_object_is_type(object, json_type_int) ||
		json_object_is_type(object, json_type_double)) &&
	       json_object_get_double(object) == number;
}

static inline bool json_same_array(const struct json_doc *doc,
				   struct json_value value,
				   struct json_object *object)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_value element;
	size_t count = 0;

	if (!json_object_is_type(object, json_type_array))
		return false;
	for (; json_next_element(&iter, &element); count++)
		if (!json_same(doc, element,
			       json_object_array_get_idx(object, count)))
			return false;
	return !json_next_element(&iter, &element) &&
	       count == json_object_array_length(object);
}

/* Whether a later member has the same key, cut at a NUL. */
static inline bool json_same_key_follows(struct json_iter iter, const char *key)
{
	struct json_member member;

	while (json_next_member(&iter, &member)) {
		char *text CLEANUP_FREE = NULL;
		struct err err;
		size_t len;

		if (json_string(iter.doc, member.key, &text, &len, &err) < 0 ||
		    strcmp(text, key) == 0)
			return true;
	}
	return false;
}

static inline bool json_same_object(const struct json_doc *doc,
				    struct json_value value,
				    struct json_object *object)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_member member;
	int count = 0;

	if (!json_object_is_type(object, json_type_object))
		return false;
	while (json_next_member(&iter, &member)) {
		char *key CLEANUP_FREE = NULL;
		struct json_object *child;
		struct err err;
		size_t len;

		if (json_string(doc, member.key, &key, &len, &err) < 0)
			return false;
		if (json_same_key_follows(iter, key))
			continue;
		count++;
		if (!json_object_object_get_ex(object, key, &child) ||
		    !json_same(doc, member.value, child))
			return false;
	}
	return !json_next_member(&iter, &member) &&
	       count == json_object_object_length(object);
}

static inline bool json_same(const struct json_doc *doc,
			     struct json_value value,
			     struct json_object *object)
{
	switch (value.kind) {
	case JSON_NULL:
		return !object;
	case JSON_FALSE:
	case JSON_TRUE:
		return json_object_is_type(object, json_type_boolean) &&
		       json_object_get_boolean(object) ==
			       (value.kind == JSON_TRUE);
	case JSON_NUMBER:
		return json_same_number(doc, value, object);
	case JSON_STRING:
		return json_same_string(doc, value, object);
	case JSON_ARRAY:
		return json_same_array(doc, value, object);
	case JSON_OBJECT:
		return json_same_object(doc, value, object);
	}
	return false;
}

static inline bool json_is_big(const struct json_doc *doc,
			       struct json_value number)
{
	char *text CLEANUP_FREE =
		strndup(doc->text + number.start, number.end - number.start);

	errno = 0;
	if (*text == '-')
		strtoll(text, NULL, 10);
	else
		strtoull(text, NULL, 10);
	return errno == ERANGE && !strpbrk(text, ".eE");
}

/* Whether an integer does not fit in json-c's 64 bits. */
static inline bool json_has_big(const struct json_doc *doc,
				struct json_value value)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_value element;
	struct json_member member;

	if (value.kind == JSON_NUMBER)
		return json_is_big(doc, value);
	while (value.kind == JSON_ARRAY && json_next_element(&iter, &element))
		if (json_has_big(doc, element))
			return true;
	while (value.kind == JSON_OBJECT && json_next_member(&iter, &member))
		if (json_has_big(doc, member.value))
			return true;
	return false;
}

static inline enum json_tokener_error
json_c_read(const struct json_doc *doc, int flags,
	    struct json_object **ret_object)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	char *text CLEANUP_FREE = strndup(doc->text, doc->len);
	enum json_tokener_error error;

	json_tokener_set_flags(tokener, flags | JSON_TOKENER_VALIDATE_UTF8);
	*ret_object = json_tokener_parse_ex(tokener, text, -1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	return error;
}

/*
 * json-c (0.16) takes an escaped character for a lone surrogate if its number
 * without the upper bits looks like one: U+1D800 to U+1DFFF, U+2D800 and so on.
 */
static inline bool json_c_misreads(const struct json_doc *doc)
{
	char *text CLEANUP_FREE = strndup(doc->text, doc->len);

	for (const char *at = text; (at = strstr(at, "\\u")); at++) {
		char pair[13];
		unsigned int high, low;

		snprintf(pair, sizeof(pair), "%.12s", at);
		if (sscanf(pair, "\\u%4x\\u%4x", &high, &low) == 2 &&
		    high >> 10 == 0xd800 >> 10 && low >> 10 == 0xdc00 >> 10 &&
		    (high & 0x3e) == 0x36)
			return true;
	}
	return false;
}

/* In strict mode json-c 0.18 takes a byte above 0x7f for a control character. */
static inline bool json_c_can_be_strict(const struct json_doc *doc)
{
	if (json_c_version_num() >> 8 != 18)
		return true;
	for (size_t i = 0; i < doc->len; i++)
		if ((unsigned char)doc->text[i] > 0x7f)
			return false;
	return true;
}

/*
 * json-c accepts a text that passed json_check() and reads the same values. RFC
 * 8259, section 6, allows parsers to limit numbers: strict json-c refuses
 * integers outside of 64 bits from 0.17 on.
 */
static inline bool json_same_as_json_c(const struct json_doc *doc)
{
	bool strict = json_c_can_be_strict(doc);
	bool big = strict && json_c_version_num() >= (17 << 8) &&
		   json_has_big(doc, json_root(doc));
	struct json_object *object;
	bool same;

	same = json_c_read(doc, strict ? JSON_TOKENER_STRICT : 0, &object) ==
	       (big ? json_tokener_error_parse_number : json_tokener_success);
	if (big)
		same = json_c_read(doc, 0, &object) == json_tokener_success &&
		       same;
	same = same &&
	       (json_c_misreads(doc) || json_same(doc, json_root(doc), object));
	json_object_put(object);
	return same;
}

static inline bool json_equal_spans(struct json_value a, struct json_value b)
{
	return a.kind == b.kind && a.start == b.start && a.end == b.end;
}

/* Do both documents, one with an index, have the same spans in this value? */
static inline bool json_same_walk(const struct json_doc *a,
				  const struct json_doc *b,
				  struct json_value value)
{
	struct json_iter left = json_iterate(a, value);
	struct json_iter right = json_iterate(b, value);
	struct json_member one = { 0 }, other = { 0 };
	bool object = value.kind == JSON_OBJECT, more;

	do {
		more = object ? json_next_member(&left, &one)
			      : json_next_element(&left, &one.value);
		if (more != (object ? json_next_member(&right, &other)
				    : json_next_element(&right, &other.value)))
			return false;
		if (more && (!json_equal_spans(one.key, other.key) ||
			     !json_equal_spans(one.value, other.value) ||
			     !json_same_walk(a, b, one.value)))
			return false;
	} while (more);
	return true;
}

/* `doc` passed json_check(), without an index. */
static inline bool json_same_with_index(const struct json_doc *doc)
{
	struct json_index index CLEANUP_JSON_INDEX = { 0 };
	struct json_doc indexed = *doc;
	struct err err;

	indexed.index = &index;
	return json_check(&indexed, &err) == 0 &&
	       json_equal_spans(json_root(doc), json_root(&indexed)) &&
	       json_same_walk(doc, &indexed, json_root(doc));
}

#endif
