/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) *
		       UINT64_C(0x100000001b3);
	return hash;
}
