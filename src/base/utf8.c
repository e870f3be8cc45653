/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "utf8.h"

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
