/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/toml_letters.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "json/check.h"

struct reader {
	struct json_doc doc; /* for places: any text will do */
	size_t at;
	struct buf *safe;
	size_t copied; /* up to here it is in `safe` */
};

/* '\0' at the end; a NUL in the text is an error to toml++, which stops. */
static char peek(const struct reader *reader, size_t ahead)
{
	size_t left = reader->doc.len - reader->at;

	return ahead < left ? reader->doc.text[reader->at + ahead] : '\0';
}

static bool is_at_end(const struct reader *reader)
{
	return reader->at >= reader->doc.len;
}

static bool is_ascii(char byte)
{
	return !((unsigned char)byte & 0x80);
}

static void copy_up_to_here(struct reader *reader)
{
	buf_add(reader->safe, reader->doc.text + reader->copied,
		reader->at - reader->copied);
	reader->copied = reader->at;
}

static void skip_any_of(struct reader *reader, const char *bytes)
{
	while (peek(reader, 0) && strchr(bytes, peek(reader, 0)))
		reader->at++;
}

static void skip_comment(struct reader *reader)
{
	while (!is_at_end(reader) && peek(reader, 0) != '\n')
		reader->at++;
}

/* What is no UTF-8 stays: toml++ refuses it as it decodes. */
static void write_as_escape(struct reader *reader)
{
	const char *text = reader->doc.text + reader->at;
	size_t length = utf8_length(text, reader->doc.len - reader->at);
	char escape[sizeof("\\U0010ffff")];

	if (!length)
		return;
	copy_up_to_here(reader);
	snprintf(escape, sizeof(escape), "\\U%08x",
		 (unsigned int)utf8_code_point(text, length));
	buf_add_str(reader->safe, escape);
	reader->at += length;
	reader->copied = reader->at;
}

static int skip_escape(struct reader *reader, bool multi_line, struct err *err)
{
	size_t backslash = reader->at++;

	if (!is_ascii(peek(reader, 0)))
		return json_err(err, &reader->doc, backslash,
				"unknown escape sequence");
	if (!multi_line || !peek(reader, 0) ||
	    !strchr(" \t\r\n", peek(reader, 0))) {
		reader->at += !is_at_end(reader);
		return 0;
	}
	skip_any_of(reader, " \t\r\n");
	if (!is_ascii(peek(reader, 0)))
		write_as_escape(reader);
	return 0;
}

/* Up to two quotes are content, also right before the three that end it. */
static bool skip_end_of_multi_line(struct reader *reader, char quote)
{
	size_t count = 0;

	while (count < 5 && peek(reader, count) == quote)
		count++;
	reader->at += count;
	return count >= 3;
}

static int skip_multi_line(struct reader *reader, char quote, struct err *err)
{
	reader->at += 3;
	while (!is_at_end(reader)) {
		if (peek(reader, 0) == quote) {
			if (skip_end_of_multi_line(reader, quote))
				return 0;
		} else if (quote == '"' && peek(reader, 0) == '\\') {
			if (skip_escape(reader, true, err) < 0)
				return -1;
		} else {
			reader->at++;
		}
	}
	return 0;
}

static int skip_one_line(struct reader *reader, char quote, struct err *err)
{
	reader->at++;
	while (!is_at_end(reader) && peek(reader, 0) != quote) {
		if (peek(reader, 0) == '\n') {
			/* An error: toml++ reads no further. */
			reader->at = reader->doc.len;
		} else if (quote == '"' && peek(reader, 0) == '\\') {
			if (skip_escape(reader, false, err) < 0)
				return -1;
		} else {
			reader->at++;
		}
	}
	reader->at += !is_at_end(reader);
	return 0;
}

static int skip_string(struct reader *reader, struct err *err)
{
	char quote = peek(reader, 0);

	if (peek(reader, 1) == quote && peek(reader, 2) == quote)
		return skip_multi_line(reader, quote, err);
	return skip_one_line(reader, quote, err);
}

static int skip_token(struct reader *reader, struct err *err)
{
	switch (peek(reader, 0)) {
	case '#':
		skip_comment(reader);
		return 0;
	case '"':
	case '\'':
		return skip_string(reader, err);
	default:
		if (!is_ascii(peek(reader, 0)))
			return json_err(err, &reader->doc, reader->at,
					"non-ASCII character outside of "
					"strings and comments");
		reader->at++;
		return 0;
	}
}

int toml_letters_make_safe(char **ret_safe, size_t *ret_len, const char *name,
			   const char *text, size_t len, struct err *err)
{
	struct buf safe CLEANUP_BUF = { 0 };
	struct reader reader = {
		.doc = { .name = name, .text = text, .len = len },
		.safe = &safe,
	};

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.at = 3; /* a byte order mark, which toml++ skips */
	while (!is_at_end(&reader))
		if (skip_token(&reader, err) < 0)
			return -1;
	copy_up_to_here(&reader);
	return buf_take(&safe, ret_safe, ret_len, err);
}
