/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

size_t utf8_length(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t length;

	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		length = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef)
		length = 3;
	else if (at[0] >= 0xf0 && at[0] <= 0xf4)
		length = 4;
	else
		return 0;

	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;

	if (left < length || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return length;
}

/* Bytes that are compared at once; those above 0x7f are negative. */
typedef signed char utf8_block __attribute__((vector_size(16)));

/* The first byte of the block that is not plain, or its size. */
static size_t find_unplain(const char *text)
{
	utf8_block block;
	uint64_t found[sizeof(block) / sizeof(uint64_t)];

	memcpy(&block, text, sizeof(block));
	block = (block < 0x20) | (block == 0x7f) | (block == '"') |
		(block == '\\');
	memcpy(found, &block, sizeof(found));
	for (size_t i = 0; i < ARRAY_LEN(found); i++)
		if (found[i])
			return i * sizeof(found[i]) +
			       (size_t)__builtin_ctzll(le64toh(found[i])) / 8;
	return sizeof(block);
}

static bool is_plain_byte(char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* Most of a text. */
size_t utf8_plain_length(const char *text, size_t len)
{
	size_t pos = 0;

	for (; len - pos >= sizeof(utf8_block); pos += sizeof(utf8_block)) {
		size_t plain = find_unplain(text + pos);

		if (plain < sizeof(utf8_block))
			return pos + plain;
	}
	while (pos < len && is_plain_byte(text[pos]))
		pos++;
	return pos;
}

struct range {
	uint32_t first;
	uint32_t last;
};

static bool is_in_ranges(uint32_t point, const struct range *ranges,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

bool utf8_is_unseen(const char *text)
{
	/*
	 * Unicode's general categories Cc, Cf, Zl, Zp and Zs, the property
	 * Default_Ignorable_Code_Point, and U+2800, a Braille blank.
	 */
	static const struct range unseen[] = {
		{ 0x7f, 0xa0 },	      { 0xad, 0xad },
		{ 0x34f, 0x34f },     { 0x600, 0x605 },
		{ 0x61c, 0x61c },     { 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },     { 0x890, 0x891 },
		{ 0x8e2, 0x8e2 },     { 0x115f, 0x1160 },
		{ 0x1680, 0x1680 },   { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },   { 0x2000, 0x200f },
		{ 0x2028, 0x202f },   { 0x205f, 0x206f },
		{ 0x2800, 0x2800 },   { 0x3000, 0x3000 },
		{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },   { 0x110bd, 0x110bd },
		{ 0x110cd, 0x110cd }, { 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};
	size_t length = utf8_length(text, strnlen(text, UTF8_LENGTH_MAX));

	return length && is_in_ranges(utf8_code_point(text, length), unseen,
				      ARRAY_LEN(unseen));
}

uint32_t utf8_code_point(const char *text, size_t length)
{
	unsigned int first = length > 1 ? 0xffU >> (length + 1) : 0xff;
	uint32_t point = (unsigned char)text[0] & first;

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)text[i] & 0x3f);
	return point;
}

/* The white space that Go's strings.TrimSpace() removes. */
static bool is_blank_point(uint32_t point)
{
	return point == ' ' || (point >= '\t' && point <= '\r') ||
	       point == 0x85 || point == 0xa0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
	       point == 0x2029 || point == 0x202f || point == 0x205f ||
	       point == 0x3000;
}

static bool has_blank_at(const char *text)
{
	size_t length = utf8_length(text, strlen(text));

	return *text && length && is_blank_point(utf8_code_point(text, length));
}

bool utf8_has_blank_around(const char *word)
{
	const char *last = word + strlen(word);

	while (last > word && (*--last & 0xc0) == 0x80)
		;
	return has_blank_at(word) || has_blank_at(last);
}

const char *utf8_skip_blanks(const char *text)
{
	while (has_blank_at(text))
		text += utf8_length(text, strlen(text));
	return text;
}

void utf8_escape_json(const char *text, size_t length,
		      char ret_escape[UTF8_ESCAPE_SIZE])
{
	uint32_t point = utf8_code_point(text, length);
	uint32_t rest = point - 0x10000;

	if (point < 0x10000)
		snprintf(ret_escape, UTF8_ESCAPE_SIZE, "\\u%04" PRIx32, point);
	else
		snprintf(ret_escape, UTF8_ESCAPE_SIZE,
			 "\\u%04" PRIx32 "\\u%04" PRIx32,
			 0xd800 | (rest >> 10 & 0x3ff),
			 0xdc00 | (rest & 0x3ff));
}

size_t utf8_columns(const char *text, size_t length)
{
	/* Unicode Standard Annex #11, W and F. */
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },
		{ 0x3041, 0x3247 },   { 0x3250, 0x4dbf },
		{ 0x4e00, 0xa4cf },   { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f320 },
		{ 0x1f32d, 0x1f393 }, { 0x1f3a0, 0x1f3ca },
		{ 0x1f3e0, 0x1f53d }, { 0x1f5fb, 0x1f64f },
		{ 0x1f680, 0x1f6c5 }, { 0x1f90c, 0x1f9ff },
		{ 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
	};

	return is_in_ranges(utf8_code_point(text, length), wide,
			    ARRAY_LEN(wide))
		       ? 2
		       : 1;
}
