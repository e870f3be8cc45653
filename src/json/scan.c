/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/scan.h"

#include <json-c/json.h>
#include <string.h>

const char *json_kind_name(enum json_kind kind)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",	     [JSON_FALSE] = "a boolean",
		[JSON_TRUE] = "a boolean",   [JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",  [JSON_ARRAY] = "a list",
		[JSON_OBJECT] = "an object",
	};

	return names[kind];
}

static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static size_t skip_blank_at(const struct json_doc *doc, size_t pos)
{
	while (pos < doc->len && is_blank(doc->text[pos]))
		pos++;
	return pos;
}

static size_t string_end(const struct json_doc *doc, size_t pos)
{
	for (pos++; doc->text[pos] != '"'; pos++)
		if (doc->text[pos] == '\\')
			pos++;
	return pos + 1;
}

static size_t container_end(const struct json_doc *doc, size_t pos)
{
	size_t depth = 0;

	do {
		switch (doc->text[pos]) {
		case '"':
			pos = string_end(doc, pos);
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			break;
		}
		pos++;
	} while (depth);
	return pos;
}

static size_t scalar_end(const struct json_doc *doc, size_t pos)
{
	while (pos < doc->len && !is_blank(doc->text[pos]) &&
	       !strchr(",]}", doc->text[pos]))
		pos++;
	return pos;
}

/* The value that begins at or after pos. */
static struct json_value value_at(const struct json_doc *doc, size_t pos)
{
	struct json_value value = { .start = skip_blank_at(doc, pos) };

	switch (doc->text[value.start]) {
	case '{':
		value.kind = JSON_OBJECT;
		value.end = container_end(doc, value.start);
		return value;
	case '[':
		value.kind = JSON_ARRAY;
		value.end = container_end(doc, value.start);
		return value;
	case '"':
		value.kind = JSON_STRING;
		value.end = string_end(doc, value.start);
		return value;
	case 'n':
		value.kind = JSON_NULL;
		break;
	case 't':
		value.kind = JSON_TRUE;
		break;
	case 'f':
		value.kind = JSON_FALSE;
		break;
	default:
		value.kind = JSON_NUMBER;
		break;
	}
	value.end = scalar_end(doc, value.start);
	return value;
}

struct json_value json_root(const struct json_doc *doc)
{
	return value_at(doc, 0);
}

struct json_iter json_iterate(const struct json_doc *doc,
			      struct json_value value)
{
	struct json_iter iter = { doc, value.start };

	return iter;
}

/* pos is at the opening bracket, or just behind the value before. */
bool json_next_element(struct json_iter *iter, struct json_value *ret_value)
{
	size_t pos = skip_blank_at(iter->doc, iter->pos);

	if (strchr("]}", iter->doc->text[pos]))
		return false;
	pos = skip_blank_at(iter->doc, pos + 1);
	if (strchr("]}", iter->doc->text[pos])) {
		iter->pos = pos;
		return false;
	}
	*ret_value = value_at(iter->doc, pos);
	iter->pos = ret_value->end;
	return true;
}

bool json_next_member(struct json_iter *iter, struct json_member *ret_member)
{
	size_t colon;

	if (!json_next_element(iter, &ret_member->key))
		return false;
	colon = skip_blank_at(iter->doc, iter->pos);
	ret_member->value = value_at(iter->doc, colon + 1);
	iter->pos = ret_member->value.end;
	return true;
}

bool json_has_escape(const struct json_doc *doc, struct json_value string)
{
	return memchr(doc->text + string.start, '\\',
		      string.end - string.start) != NULL;
}

bool json_string_is(const struct json_doc *doc, struct json_value string,
		    const char *text)
{
	size_t len = strlen(text);
	char *decoded CLEANUP_FREE = NULL;
	size_t decoded_len;
	struct err ignored;

	if (!json_has_escape(doc, string))
		return string.end - string.start == len + 2 &&
		       memcmp(doc->text + string.start + 1, text, len) == 0;
	if (json_string(doc, string, &decoded, &decoded_len, &ignored) < 0)
		return false;
	return decoded_len == len && memcmp(decoded, text, len) == 0;
}

static int copy_text(const char *from, size_t len, char **ret_text,
		     size_t *ret_len, struct err *err)
{
	char *text = malloc(len + 1);

	if (!text)
		return err_set(err, "out of memory");
	memcpy(text, from, len);
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int json_string(const struct json_doc *doc, struct json_value string,
		char **ret_text, size_t *ret_len, struct err *err)
{
	size_t len = string.end - string.start;
	struct json_tokener *tokener;
	struct json_object *object;
	int status = -1;

	if (!json_has_escape(doc, string))
		return copy_text(doc->text + string.start + 1, len - 2,
				 ret_text, ret_len, err);

	tokener = json_tokener_new_ex(1);
	if (!tokener)
		return err_set(err, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, doc->text + string.start,
				       (int)len);
	if (object)
		status = copy_text(json_object_get_string(object),
				   (size_t)json_object_get_string_len(object),
				   ret_text, ret_len, err);
	else
		json_err(err, doc, string.start, "cannot decode this string");
	json_object_put(object);
	json_tokener_free(tokener);
	return status;
}

bool json_is_u64(const struct json_doc *doc, struct json_value number,
		 uint64_t max, uint64_t *ret_number)
{
	uint64_t sum = 0, digit;

	if (number.kind != JSON_NUMBER)
		return false;
	for (size_t i = number.start; i < number.end; i++) {
		if (!is_digit((unsigned char)doc->text[i]))
			return false;
		digit = (uint64_t)(doc->text[i] - '0');
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum) || sum > max)
			return false;
	}
	*ret_number = sum;
	return true;
}

bool json_is_u32(const struct json_doc *doc, struct json_value number,
		 uint32_t max, uint32_t *ret_number)
{
	uint64_t value;

	if (!json_is_u64(doc, number, max, &value))
		return false;
	*ret_number = (uint32_t)value;
	return true;
}
