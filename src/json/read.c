/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int json_fail(const struct json_reader *reader, size_t offset,
	      const char *format, ...)
{
	char message[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (!reader->report)
		return json_err(reader->err, reader->doc, offset, "%s",
				message);
	reader->report(reader->context, offset, message);
	return -1;
}

bool json_find(const struct json_doc *doc, struct json_value object,
	       const char *key, struct json_value *ret_value)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;

	if (object.kind != JSON_OBJECT)
		return false;
	while (json_next_member(&iter, &member)) {
		if (json_string_is(doc, member.key, key)) {
			*ret_value = member.value;
			return true;
		}
	}
	return false;
}

/* The first of `kinds`; null only if it is the only one. */
static const char *wanted_name(unsigned int kinds)
{
	unsigned int first = kinds & ~(unsigned int)JSON_NULL;

	if (first & JSON_BOOLEAN)
		return "true or false";
	first &= ~first + 1;
	return json_kind_name(first ? (enum json_kind)first : JSON_NULL);
}

int json_want(const struct json_reader *reader, const char *key,
	      struct json_value value, unsigned int kinds)
{
	if (value.kind & kinds)
		return 0;
	if (!key)
		return json_fail(reader, value.start, "expected %s, not %s",
				 wanted_name(kinds),
				 json_kind_name(value.kind));
	return json_fail(reader, value.start, "'%s' must be %s, not %s", key,
			 wanted_name(kinds), json_kind_name(value.kind));
}

int json_find_kind(const struct json_reader *reader, struct json_value object,
		   const char *key, unsigned int kinds,
		   struct json_value *ret_value)
{
	if (json_find(reader->doc, object, key, ret_value))
		return json_want(reader, key, *ret_value, kinds);
	*ret_value = (struct json_value){ .kind = JSON_NULL,
					  .start = object.start,
					  .end = object.start };
	if (kinds & JSON_NULL)
		return 0;
	return json_fail(reader, object.start, "'%s' is missing", key);
}

static int fail_no_memory(const struct json_reader *reader, size_t offset)
{
	struct err err;

	err_set_no_memory(&err);
	json_fail(reader, offset, "%s", err.text);
	if (!reader->report)
		reader->err->number = err.number;
	return -1;
}

int json_text_decode(const struct json_reader *reader, const char *key,
		     struct json_value string, char *ret_text)
{
	if (json_decode_text(reader->doc, string, ret_text))
		return 0;
	if (!key)
		return json_fail(reader, string.start,
				 "a string must not contain \\u0000");
	return json_fail(reader, string.start, "'%s' must not contain \\u0000",
			 key);
}

int json_text(const struct json_reader *reader, const char *key,
	      struct json_value value, char **ret_text)
{
	char *text CLEANUP_FREE = NULL;

	if (json_want(reader, key, value, JSON_STRING) < 0)
		return -1;
	text = malloc(value.end - value.start - 1);
	if (!text)
		return fail_no_memory(reader, value.start);
	if (json_text_decode(reader, key, value, text) < 0)
		return -1;
	*ret_text = TAKE_PTR(text);
	return 0;
}

int json_find_text(const struct json_reader *reader, struct json_value object,
		   const char *key, unsigned int kinds, char **ret_text)
{
	struct json_value value;

	*ret_text = NULL;
	if (json_find_kind(reader, object, key, kinds, &value) < 0)
		return -1;
	return value.kind == JSON_NULL
		       ? 0
		       : json_text(reader, key, value, ret_text);
}

int json_boolean(const struct json_reader *reader, const char *key,
		 struct json_value value, bool *ret_boolean)
{
	if (json_want(reader, key, value, JSON_BOOLEAN) < 0)
		return -1;
	*ret_boolean = value.kind == JSON_TRUE;
	return 0;
}

int json_u64(const struct json_reader *reader, const char *key,
	     struct json_value value, uint64_t max, uint64_t *ret_number)
{
	if (json_want(reader, key, value, JSON_NUMBER) < 0)
		return -1;
	if (json_is_u64(reader->doc, value, max, ret_number))
		return 0;
	return json_fail(
		reader, value.start,
		"'%s' must be a whole number from 0 to %llu in plain digits",
		key, (unsigned long long)max);
}

int json_u32(const struct json_reader *reader, const char *key,
	     struct json_value value, uint32_t max, uint32_t *ret_number)
{
	uint64_t number;

	if (json_u64(reader, key, value, max, &number) < 0)
		return -1;
	*ret_number = (uint32_t)number;
	return 0;
}

int json_next_string(const struct json_reader *reader, const char *key,
		     struct json_iter *iter, struct json_value *ret_string)
{
	if (!json_next_element(iter, ret_string))
		return 0;
	if (ret_string->kind == JSON_STRING)
		return 1;
	return json_fail(reader, ret_string->start,
			 "'%s' must contain only strings, not %s", key,
			 json_kind_name(ret_string->kind));
}
