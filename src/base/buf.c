/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define FIRST_SIZE 256
#define CUT "..."
/* Bytes for which room is made at once. */
#define USUAL_MAX 512

static bool has_room(struct buf *buf, size_t len)
{
	size_t need, size;
	char *text;

	if (buf->failed || __builtin_add_overflow(buf->len, len, &need))
		return false;
	if (need <= buf->size)
		return true;
	if (buf->fixed || __builtin_mul_overflow(need, 2, &size))
		return false;
	if (size < FIRST_SIZE)
		size = FIRST_SIZE;
	text = realloc(buf->text, size);
	if (!text)
		return false;
	buf->text = text;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const char *text, size_t len)
{
	if (!has_room(buf, len)) {
		buf->failed = true;
		return;
	}
	if (len)
		memcpy(buf->text + buf->len, text, len);
	buf->len += len;
}

/* The letter of a short escape; 0: there is none. */
static char short_escape(char byte)
{
	if (byte == '"' || byte == '\\')
		return byte;
	if (byte == '\n')
		return 'n';
	return byte == '\t' ? 't' : 0;
}

static void format_short(char out[UTF8_ESCAPE_SIZE], char escape)
{
	out[0] = '\\';
	out[1] = escape;
	out[2] = '\0';
}

/* Formats one character for a JSON string; returns its length in `text`. */
static size_t format_json(const char *text, size_t left,
			  char out[UTF8_ESCAPE_SIZE])
{
	unsigned char byte = (unsigned char)*text;
	size_t len = utf8_length(text, left);

	if (!len)
		snprintf(out, UTF8_ESCAPE_SIZE, "\\ufffd");
	else if (short_escape(*text))
		format_short(out, short_escape(*text));
	else if (byte < 0x20 || utf8_is_unseen(text))
		utf8_escape_json(text, len, out);
	else
		snprintf(out, UTF8_ESCAPE_SIZE, "%.*s", (int)len, text);
	return len ? len : 1;
}

/*
 * Adds the characters up to the first that is neither plain nor a short escape, and
 * returns how many bytes of the text these were. Each becomes two bytes at most.
 */
static size_t add_usual(struct buf *buf, const char *text, size_t len)
{
	size_t used;
	char *to;

	if (!has_room(buf, 2 * len)) {
		buf->failed = true;
		return len;
	}
	to = buf->text + buf->len;
	for (used = 0; used < len; used++) {
		char byte = text[used], escape = short_escape(byte);

		if (!escape && (byte < 0x20 || byte >= 0x7f))
			break;
		if (escape) {
			*to++ = '\\';
			byte = escape;
		}
		*to++ = byte;
	}
	buf->len = (size_t)(to - buf->text);
	return used;
}

/* So much of a text of `left` bytes fits with CUT into `room`, whatever it is. */
static size_t usual_length(size_t left, size_t room)
{
	size_t len = left < USUAL_MAX ? left : USUAL_MAX;
	size_t fits = room > strlen(CUT) ? (room - strlen(CUT)) / 2 : 0;

	return len < fits ? len : fits;
}

void buf_add_json_cut(struct buf *buf, const char *text, size_t max)
{
	size_t left = strlen(text), from, cut;
	char out[UTF8_ESCAPE_SIZE];

	buf_add_str(buf, "\"");
	from = cut = buf->len;
	while (left) {
		size_t len = usual_length(left, max - (buf->len - from));
		size_t used = add_usual(buf, text, len);

		if (used) {
			cut = buf->len;
			text += used;
			left -= used;
			continue;
		}
		used = format_json(text, left, out);
		if (buf->len - from + strlen(out) > max) {
			buf->len = cut;
			buf_add_str(buf, CUT);
			break;
		}
		buf_add_str(buf, out);
		if (buf->len - from + strlen(CUT) <= max)
			cut = buf->len;
		text += used;
		left -= used;
	}
	buf_add_str(buf, "\"");
}

void buf_add_json(struct buf *buf, const char *text)
{
	buf_add_json_cut(buf, text, SIZE_MAX);
}

int buf_take(struct buf *buf, char **ret_text, size_t *ret_len, struct err *err)
{
	buf_add(buf, "", 1);
	if (buf->failed)
		return err_set_no_memory(err);

	if (ret_len)
		*ret_len = buf->len - 1;
	*ret_text = TAKE_PTR(buf->text);
	*buf = (struct buf){ 0 };
	return 0;
}

void buf_free(struct buf *buf)
{
	if (!buf->fixed)
		free(buf->text);
	*buf = (struct buf){ 0 };
}
