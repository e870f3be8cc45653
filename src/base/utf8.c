/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"

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

bool utf8_is_unseen(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;

	if (byte[0] == 0xc2)
		return byte[1] < 0xa0;
	if (byte[0] == 0xef)
		return byte[1] == 0xbb && byte[2] == 0xbf;
	if (byte[0] != 0xe2)
		return false;
	if (byte[1] == 0x80)
		return (byte[2] >= 0x8b && byte[2] <= 0x8f) ||
		       (byte[2] >= 0xa8 && byte[2] <= 0xae);
	return byte[1] == 0x81 && byte[2] >= 0xa0 && byte[2] <= 0xaf;
}

uint32_t utf8_code_point(const char *text, size_t length)
{
	unsigned int first = length > 1 ? 0xffU >> (length + 1) : 0xff;
	uint32_t point = (unsigned char)text[0] & first;

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)text[i] & 0x3f);
	return point;
}

size_t utf8_columns(const char *text, size_t length)
{
	/* Unicode Standard Annex #11, W and F. */
	static const struct {
		uint32_t first;
		uint32_t last;
	} wide[] = {
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
	uint32_t point = utf8_code_point(text, length);

	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (point >= wide[i].first && point <= wide[i].last)
			return 2;
	return 1;
}
