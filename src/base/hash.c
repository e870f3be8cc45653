/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

#include <endian.h>
#include <string.h>

#define PRIME UINT64_C(0x100000001b3)

uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * PRIME;
	return hash;
}

static uint64_t add_word(uint64_t hash, const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	hash = (hash ^ le64toh(word)) * PRIME;
	/* A product does not change the bits below. */
	return hash ^ hash >> 32;
}

uint64_t hash_words(const struct pieces *text)
{
	uint64_t hash = HASH_START;
	char word[sizeof(hash)]; /* that the next piece completes */
	size_t filled = 0;

	for (size_t i = 0; i < text->count; i++) {
		const char *bytes = text->list[i].text;
		const char *end = bytes + text->list[i].len;

		while (filled && filled < sizeof(word) && bytes < end)
			word[filled++] = *bytes++;
		if (filled == sizeof(word)) {
			hash = add_word(hash, word);
			filled = 0;
		}
		for (; end - bytes >= (ptrdiff_t)sizeof(word);
		     bytes += sizeof(word))
			hash = add_word(hash, bytes);
		while (bytes < end)
			word[filled++] = *bytes++;
	}
	return hash_bytes(hash, word, filled);
}
