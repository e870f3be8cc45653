/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/check.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/bytes.h"

#define NO_SPAN UINT32_MAX

/* The state of a check; one bit per level: object or array. */
struct checker {
	const struct json_doc *doc;
	const char *what; /* the error at pos */
	size_t pos;
	size_t depth;
	uint32_t spans[JSON_DEPTH_MAX]; /* that are open, in the index */
	uint64_t is_object[JSON_DEPTH_MAX / 64];
};

static int fail_check(struct checker *check, const char *what)
{
	check->what = check->pos < check->doc->len ? what : "ends too early";
	return -1;
}

/* The byte at pos, or -1 at the end. */
static int peek_byte(const struct checker *check)
{
	return check->pos < check->doc->len
		       ? (unsigned char)check->doc->text[check->pos]
		       : -1;
}

/* The first byte that is not blank, or -1 at the end. */
static int peek_next(struct checker *check)
{
	check->pos = json_skip_blank(check->doc, check->pos);
	return peek_byte(check);
}

/* Four hexadecimal digits, or -1. */
static int read_hex4(const struct checker *check, size_t at)
{
	int number = 0;

	if (check->doc->len - at < 4)
		return -1;

	for (size_t i = at; i < at + 4; i++) {
		int byte = (unsigned char)check->doc->text[i];

		if (json_is_digit(byte))
			number = number * 16 + (byte - '0');
		else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
			number = number * 16 + ((byte | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return number;
}

/* pos is at the 'u' of the escape. */
static int check_unicode_escape(struct checker *check)
{
	int unit = read_hex4(check, check->pos + 1);

	if (unit < 0)
		return fail_check(check,
				  "expected four hexadecimal digits after \\u");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return fail_check(check, "unpaired surrogate");
	check->pos += 5;
	if (unit < 0xd800 || unit > 0xdbff)
		return 0;

	if (check->doc->len - check->pos < 6 ||
	    memcmp(check->doc->text + check->pos, "\\u", 2) != 0)
		return fail_check(check, "unpaired surrogate");
	unit = read_hex4(check, check->pos + 2);
	if (unit < 0xdc00 || unit > 0xdfff)
		return fail_check(check, "unpaired surrogate");
	check->pos += 6;
	return 0;
}

/* pos is at the backslash. */
static int check_escape(struct checker *check)
{
	int byte;

	check->pos++;
	byte = peek_byte(check);
	switch (byte) {
	case 'u':
		return check_unicode_escape(check);
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		check->pos++;
		return 0;
	default:
		return fail_check(check, "unknown escape in a string");
	}
}

static int check_string(struct checker *check)
{
	check->pos++;
	for (;;) {
		size_t length;
		int byte;

		check->pos += utf8_plain_length(check->doc->text + check->pos,
						check->doc->len - check->pos);
		byte = peek_byte(check);
		if (byte == '"') {
			check->pos++;
			return 0;
		}
		if (byte == '\\') {
			if (check_escape(check) < 0)
				return -1;
		} else if (byte < 0x20) {
			return fail_check(check,
					  "control character in a string");
		} else if (byte < 0x80) {
			check->pos++;
		} else {
			length = utf8_length(check->doc->text + check->pos,
					     check->doc->len - check->pos);
			if (!length)
				return fail_check(check, "invalid UTF-8");
			check->pos += length;
		}
	}
}

static int check_digits(struct checker *check)
{
	if (!json_is_digit(peek_byte(check)))
		return fail_check(check, "expected a digit in a number");
	while (json_is_digit(peek_byte(check)))
		check->pos++;
	return 0;
}

static int check_number(struct checker *check)
{
	if (peek_byte(check) == '-')
		check->pos++;
	if (peek_byte(check) == '0')
		check->pos++;
	else if (check_digits(check) < 0)
		return -1;

	if (peek_byte(check) == '.') {
		check->pos++;
		if (check_digits(check) < 0)
			return -1;
	}
	if (peek_byte(check) == 'e' || peek_byte(check) == 'E') {
		check->pos++;
		if (peek_byte(check) == '+' || peek_byte(check) == '-')
			check->pos++;
		if (check_digits(check) < 0)
			return -1;
	}
	return 0;
}

static int check_word(struct checker *check)
{
	static const char *const words[] = { "null", "true", "false" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i]);

		if (check->doc->len - check->pos >= len &&
		    memcmp(check->doc->text + check->pos, words[i], len) == 0) {
			check->pos += len;
			return 0;
		}
	}
	return fail_check(check, "expected a value");
}

static int check_scalar(struct checker *check, int byte)
{
	if (byte == '"')
		return check_string(check);
	if (byte == '-' || json_is_digit(byte))
		return check_number(check);
	return check_word(check);
}

/* A key and its colon. */
static int check_key(struct checker *check)
{
	if (peek_next(check) != '"')
		return fail_check(check, "expected a key in double quotes");
	if (check_string(check) < 0)
		return -1;
	if (peek_next(check) != ':')
		return fail_check(check, "expected ':' after a key");
	check->pos++;
	return 0;
}

static bool in_object(const struct checker *check)
{
	size_t level = check->depth - 1;

	return check->is_object[level / 64] >> (level % 64) & 1;
}

void json_index_free(struct json_index *index)
{
	free(index->spans);
	*index = (struct json_index){ 0 };
}

static bool grow_index(struct json_index *index, size_t len)
{
	size_t size = index->size ? index->size * 2 : len / 256 + 16;
	struct json_span *spans =
		reallocarray(index->spans, size, sizeof(*spans));

	if (!spans)
		return false;
	index->spans = spans;
	index->size = size;
	return true;
}

static void open_span(struct checker *check)
{
	struct json_index *index = check->doc->index;

	if (!index)
		return;
	check->spans[check->depth] = NO_SPAN;
	if (index->count == index->size && !grow_index(index, check->doc->len))
		return;
	check->spans[check->depth] = (uint32_t)index->count;
	index->spans[index->count++].start = (uint32_t)check->pos;
}

static void close_span(struct checker *check)
{
	struct json_index *index = check->doc->index;

	if (index && check->spans[check->depth] != NO_SPAN)
		index->spans[check->spans[check->depth]].end =
			(uint32_t)check->pos;
}

static int enter_container(struct checker *check, bool object)
{
	size_t level = check->depth;
	uint64_t bit = UINT64_C(1) << (level % 64);

	if (level == JSON_DEPTH_MAX)
		return fail_check(check, "nested too deep");
	if (object)
		check->is_object[level / 64] |= bit;
	else
		check->is_object[level / 64] &= ~bit;
	open_span(check);
	check->depth++;
	check->pos++;
	return 0;
}

/* Up to where the next value begins: 1; the document is complete: 0. */
static int check_after_value(struct checker *check)
{
	while (check->depth) {
		bool object = in_object(check);
		int byte = peek_next(check);

		if (byte == ',') {
			check->pos++;
			return object && check_key(check) < 0 ? -1 : 1;
		}
		if (byte != (object ? '}' : ']'))
			return fail_check(check,
					  object ? "expected ',' or '}'"
						 : "expected ',' or ']'");
		check->pos++;
		check->depth--;
		close_span(check);
	}
	return 0;
}

/* One scalar, one empty container, or one container's opening. */
static int check_value(struct checker *check)
{
	int byte = peek_next(check);
	bool object = byte == '{';

	if (!object && byte != '[')
		return check_scalar(check, byte) < 0 ? -1
						     : check_after_value(check);

	if (enter_container(check, object) < 0)
		return -1;
	if (peek_next(check) == (object ? '}' : ']'))
		return check_after_value(check);
	return object && check_key(check) < 0 ? -1 : 1;
}

/* A byte order mark is invisible, and JSON readers need not accept it. */
static int check_beginning(struct checker *check)
{
	const struct json_doc *doc = check->doc;

	if (doc->len >= 3 && memcmp(doc->text, "\xef\xbb\xbf", 3) == 0)
		return fail_check(
			check, "a byte order mark: save the file without it");
	return check_value(check);
}

int json_check_find(const struct json_doc *doc, size_t *ret_offset,
		    const char **ret_what)
{
	struct checker check = { .doc = doc };
	int status;

	if (doc->index)
		json_index_free(doc->index);
	status = check_beginning(&check);

	while (status > 0)
		status = check_value(&check);
	if (status == 0 && peek_next(&check) >= 0)
		status =
			fail_check(&check, "something follows the first value");
	*ret_offset = check.pos;
	*ret_what = check.what;
	return status;
}

int json_check(const struct json_doc *doc, struct err *err)
{
	const char *what;
	size_t offset;

	if (json_check_find(doc, &offset, &what) == 0)
		return 0;
	return json_err(err, doc, offset, "not valid JSON: %s", what);
}
