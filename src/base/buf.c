/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "buf.h"

#include <stdio.h>
#include <string.h>

#define FIRST_SIZE 256

static bool has_room(struct buf *buf, size_t len)
{
	size_t need, size;
	char *text;

	if (buf->failed || __builtin_add_overflow(buf->len, len, &need))
		return false;
	if (need <= buf->size)
		return true;

	if (__builtin_mul_overflow(need, 2, &size))
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

void buf_add_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

static void add_json_escape(struct buf *buf, unsigned char byte)
{
	char escape[8];

	if (byte == '\n')
		buf_add_str(buf, "\\n");
	else if (byte == '\t')
		buf_add_str(buf, "\\t");
	else if (snprintf(escape, sizeof(escape), "\\u%04x", byte) > 0)
		buf_add_str(buf, escape);
}

void buf_add_json(struct buf *buf, const char *text)
{
	buf_add_str(buf, "\"");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			buf_add_str(buf, "\\");
		if (byte >= 0x20 && byte != 0x7f)
			buf_add(buf, text, 1);
		else
			add_json_escape(buf, byte);
	}
	buf_add_str(buf, "\"");
}

int buf_take(struct buf *buf, char **ret_text, size_t *ret_len, struct err *err)
{
	buf_add(buf, "", 1);
	if (buf->failed)
		return err_set(err, "out of memory");

	if (ret_len)
		*ret_len = buf->len - 1;
	*ret_text = TAKE_PTR(buf->text);
	*buf = (struct buf){ 0 };
	return 0;
}

void buf_free(struct buf *buf)
{
	free(buf->text);
	*buf = (struct buf){ 0 };
}
