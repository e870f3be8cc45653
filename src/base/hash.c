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

uint64_t hash_words(const char *text, size_t len)
{
	uint64_t hash = HASH_START, word;
	size_t left = len;

	for (; left >= sizeof(word); left -= sizeof(word)) {
		memcpy(&word, text + len - left, sizeof(word));
		hash = (hash ^ le64toh(word)) * PRIME;
		/* A product does not change the bits below. */
		hash ^= hash >> 32;
	}
	return hash_bytes(hash, text + len - left, left);
}
