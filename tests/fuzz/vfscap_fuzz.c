/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a file's attribute. The parsed value, written again, has
 * the same bytes except for the flags that are ignored.
 */
#include "config.h"

#include "capctl/execve/vfscap.h"

#include <string.h>

#include "fuzz.h"

static void write_word(uint8_t *bytes, size_t index, uint32_t word)
{
	for (size_t i = 0; i < 4; i++)
		bytes[index * 4 + i] = (uint8_t)(word >> 8 * i);
}

static size_t write_again(uint8_t *bytes, const struct vfscap *caps)
{
	size_t pairs = caps->version == 1 ? 1 : 2, words = 1 + 2 * pairs;

	write_word(bytes, 0,
		   (uint32_t)caps->version << 24 | (caps->effective ? 1 : 0));
	for (size_t i = 0; i < pairs; i++) {
		write_word(bytes, 1 + 2 * i,
			   (uint32_t)(caps->permitted >> 32 * i));
		write_word(bytes, 2 + 2 * i,
			   (uint32_t)(caps->inheritable >> 32 * i));
	}
	if (caps->version == 3)
		write_word(bytes, words++, caps->root);
	return words * 4;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[VFSCAP_MAX];
	struct vfscap caps;
	struct err err = { 0 };

	if (vfscap_parse(&caps, data, size, &err) < 0) {
		MUST(*err.text);
		MUST(!caps.version && !caps.permitted && !caps.inheritable &&
		     !caps.effective && !caps.root);
		return 0;
	}
	MUST(!*err.text);
	MUST(caps.version >= 1 && caps.version <= 3);
	MUST(caps.version != 1 || !((caps.permitted | caps.inheritable) >> 32));
	MUST(caps.version == 3 || !caps.root);
	MUST(write_again(again, &caps) == size);
	MUST((again[0] & 1) == (data[0] & 1) && again[3] == data[3]);
	MUST(memcmp(again + 4, data + 4, size - 4) == 0);
	return 0;
}
