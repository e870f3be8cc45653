/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/scan.h"

#include <string.h>

#include "base/utf8.h"
#include "json/bytes.h"

const char *json_kind_name(enum json_kind kind)
{
	switch (kind) {
	case JSON_NULL:
		return "null";
	case JSON_FALSE:
	case JSON_TRUE:
		return "a boolean";
	case JSON_NUMBER:
		return "a number";
	case JSON_STRING:
		return "a string";
	case JSON_ARRAY:
		return "a list";
	case JSON_OBJECT:
		return "an object";
	}
	return "nothing";
}

static bool is_closing(char byte)
{
	return byte == ']' || byte == '}';
}

static size_t string_end(const struct json_doc *doc, size_t pos,
			 bool *ret_escapes)
{
	*ret_escapes = false;
	pos++;
	while (doc->text[pos] != '"') {
		if (doc->text[pos] == '\\') {
			*ret_escapes = true;
			pos += 2;
		} else {
			pos += 1 + utf8_plain_length(doc->text + pos + 1,
						     doc->len - pos - 1);
		}
	}
	return pos + 1;
}

/* 0: it is not in the index. */
static size_t indexed_end(struct json_index *index, size_t start)
{
	size_t low = 0, high = index->count;

	if (index->next < high && index->spans[index->next].start == start)
		return index->spans[index->next++].end;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->spans[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->count || index->spans[low].start != start)
		return 0;
	index->next = low + 1;
	return index->spans[low].end;
}

static size_t container_end(const struct json_doc *doc, size_t pos)
{
	size_t end = doc->index ? indexed_end(doc->index, pos) : 0;
	size_t depth = 0;
	bool escapes;

	if (end)
		return end;
	do {
		switch (doc->text[pos]) {
		case '"':
			pos = string_end(doc, pos, &escapes);
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
	while (pos < doc->len && !json_is_blank(doc->text[pos]) &&
	       doc->text[pos] != ',' && !is_closing(doc->text[pos]))
		pos++;
	return pos;
}

/* The first value at or after pos. */
static struct json_value value_at(const struct json_doc *doc, size_t pos)
{
	struct json_value value = { .start = json_skip_blank(doc, pos) };

	/* Most values are strings; the switch is a table of jumps. */
	if (doc->text[value.start] == '"') {
		value.kind = JSON_STRING;
		value.end = string_end(doc, value.start, &value.escapes);
		return value;
	}
	switch (doc->text[value.start]) {
	case '{':
		value.kind = JSON_OBJECT;
		value.end = container_end(doc, value.start);
		return value;
	case '[':
		value.kind = JSON_ARRAY;
		value.end = container_end(doc, value.start);
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
	struct json_iter iter = { .pos = value.start };

	if (value.kind == JSON_ARRAY || value.kind == JSON_OBJECT)
		iter.doc = doc;
	return iter;
}

/* pos is at the opening bracket or directly after the previous value. */
bool json_next_element(struct json_iter *iter, struct json_value *ret_value)
{
	size_t pos;

	if (!iter->doc)
		return false;
	pos = json_skip_blank(iter->doc, iter->pos);
	if (is_closing(iter->doc->text[pos]))
		return false;
	pos = json_skip_blank(iter->doc, pos + 1);
	if (is_closing(iter->doc->text[pos])) {
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
	colon = json_skip_blank(iter->doc, iter->pos);
	ret_member->value = value_at(iter->doc, colon + 1);
	iter->pos = ret_member->value.end;
	return true;
}

/* The text passed json_check(): these are hexadecimal digits. */
static uint32_t decode_hex4(const char *digits)
{
	uint32_t number = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char byte = (unsigned char)digits[i];

		number = number * 16 +
			 (uint32_t)(json_is_digit(byte)
					    ? byte - '0'
					    : (byte | 0x20) - 'a' + 10);
	}
	return number;
}

/* RFC 3629, section 3. Returns the number of bytes, at most 4. */
static size_t encode_utf8(uint32_t code, char *to)
{
	static const unsigned char lead[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	size_t len = 1;

	len += code >= 0x80;
	len += code >= 0x800;
	len += code >= 0x10000;
	for (size_t i = len; --i > 0; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(lead[len] | code);
	return len;
}

/* *from is after "\u" and moves past the escape, or past a surrogate pair. */
static size_t decode_unicode(const char **from, char *to)
{
	uint32_t code = decode_hex4(*from);

	*from += 4;
	if (code >= 0xd800 && code < 0xdc00) {
		uint32_t low = decode_hex4(*from + 2);

		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		*from += 6;
	}
	return encode_utf8(code, to);
}

/*
 * *from is at the backslash. At most four bytes: an escape is longer than its
 * decoded form.
 */
static size_t decode_escape(const char **from, char *to)
{
	char name = (*from)[1];

	*from += 2;
	switch (name) {
	case 'b':
		*to = '\b';
		break;
	case 'f':
		*to = '\f';
		break;
	case 'n':
		*to = '\n';
		break;
	case 'r':
		*to = '\r';
		break;
	case 't':
		*to = '\t';
		break;
	case 'u':
		return decode_unicode(from, to);
	default:
		*to = name;
		break;
	}
	return 1;
}

size_t json_decode(const struct json_doc *doc, struct json_value string,
		   char *ret_text)
{
	const char *from = doc->text + string.start + 1;
	const char *end = doc->text + string.end - 1;
	char *to = ret_text;

	if (!string.escapes) {
		memcpy(to, from, (size_t)(end - from));
		return (size_t)(end - from);
	}
	while (from < end) {
		size_t len;

		if (*from == '\\') {
			to += decode_escape(&from, to);
			continue;
		}
		/* Also a byte that is not plain: part of a character. */
		len = 1 + utf8_plain_length(from + 1, (size_t)(end - from - 1));
		memcpy(to, from, len);
		to += len;
		from += len;
	}
	return (size_t)(to - ret_text);
}

bool json_decode_text(const struct json_doc *doc, struct json_value string,
		      char *ret_text)
{
	size_t len = json_decode(doc, string, ret_text);

	ret_text[len] = '\0';
	/* Only an escape can be a NUL, and it is longer than what it stands for. */
	return len == string.end - string.start - 2 || strlen(ret_text) == len;
}

int json_string(const struct json_doc *doc, struct json_value string,
		char **ret_text, size_t *ret_len, struct err *err)
{
	char *text = malloc(string.end - string.start - 1);

	if (!text)
		return err_set_no_memory(err);
	*ret_len = json_decode(doc, string, text);
	text[*ret_len] = '\0';
	*ret_text = text;
	return 0;
}

bool json_string_is(const struct json_doc *doc, struct json_value string,
		    const char *text)
{
	const char *from = doc->text + string.start + 1;
	const char *end = doc->text + string.end - 1;
	char next[UTF8_LENGTH_MAX];

	if (string.kind != JSON_STRING)
		return false;
	for (;;) {
		size_t len;

		while (from < end && *from != '\\')
			if (*from++ != *text++)
				return false;
		if (from == end)
			return !*text;
		len = decode_escape(&from, next);
		/* A NUL in the string differs from the end of the text. */
		for (size_t i = 0; i < len; i++)
			if (!*text || *text++ != next[i])
				return false;
	}
}

bool json_is_u64(const struct json_doc *doc, struct json_value number,
		 uint64_t max, uint64_t *ret_number)
{
	uint64_t sum = 0, digit;

	if (number.kind != JSON_NUMBER)
		return false;
	for (size_t i = number.start; i < number.end; i++) {
		if (!json_is_digit((unsigned char)doc->text[i]))
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
