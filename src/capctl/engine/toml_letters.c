/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/toml_letters.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "json/check.h"

#define PLANE_16 0x100000u
#define LAST_MOVED 0xfeffu
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* An escape of plane 16; a false alarm in a comment or a literal string. */
static const char escape[] = "\\U0010";

static void write_point(char *to, uint32_t point, size_t length)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length; --i; point >>= 6)
		to[i] = (char)(0x80 | (point & 0x3f));
	*to = (char)(first[length] | point);
}

/* One character, or one byte that is not UTF-8; returns its length, or 0. */
static size_t add_character(struct buf *copy, const char *at, size_t left)
{
	size_t length = utf8_length(at, left);
	uint32_t point = length ? utf8_code_point(at, length) : 0;
	char moved[4];

	if (point >= PLANE_16)
		return 0;
	if (point < 0x80 || point > LAST_MOVED) {
		buf_add(copy, at, length ? length : 1);
		return length ? length : 1;
	}
	write_point(moved, point + PLANE_16, sizeof(moved));
	buf_add(copy, moved, sizeof(moved));
	return length;
}

int toml_letters_move_up(char **ret_copy, size_t *ret_len, const char *name,
			 const char *text, size_t len, struct err *err)
{
	const struct json_doc doc = { .name = name, .text = text, .len = len };
	const char *found = memmem(text, len, escape, sizeof(escape) - 1);
	struct buf copy CLEANUP_BUF = { 0 };
	size_t at = 0, length;

	if (found)
		return json_err(err, &doc, (size_t)(found - text),
				"escape of a private use character");
	if (len >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0)
		buf_add(&copy, text, at = 3);
	for (; at < len; at += length) {
		length = add_character(&copy, text + at, len - at);
		if (!length)
			return json_err(err, &doc, at, "private use character");
	}
	return buf_take(&copy, ret_copy, ret_len, err);
}

size_t toml_letters_move_down(char *text, size_t len)
{
	size_t to = 0, length;

	for (size_t at = 0; at < len; at += length) {
		uint32_t point;

		length = utf8_length(text + at, len - at);
		point = length ? utf8_code_point(text + at, length) : 0;
		if (point < PLANE_16) {
			length = length ? length : 1;
			memmove(text + to, text + at, length);
			to += length;
			continue;
		}
		point -= PLANE_16;
		write_point(text + to, point, point < 0x800 ? 2 : 3);
		to += point < 0x800 ? 2 : 3;
	}
	return to;
}
