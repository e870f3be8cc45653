/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a text that was pasted. Each mask that is read, written as a
 * mask, is read as the same mask.
 */
#include "config.h"

#include "capctl/decode/decode.h"

#include <inttypes.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 4096

static void check_again(capmask mask)
{
	struct decode_list list CLEANUP_DECODE_LIST = { 0 };
	struct err err;
	char text[24];

	snprintf(text, sizeof(text), "0x%016" PRIx64, mask);
	MUST(decode_pasted(&list, text, true, &err) == 0);
	MUST(list.count == 1 && list.entries[0].mask == mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decode_list list CLEANUP_DECODE_LIST = { 0 };
	struct err err = { 0 };
	char *text CLEANUP_FREE = NULL;

	if (!size || size > INPUT_MAX)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	MUST(text);
	if (decode_pasted(&list, text, data[0] & 1, &err) < 0) {
		MUST(*err.text);
		return 0;
	}
	MUST(!*err.text && (list.count || list.named));
	MUST(decode_finish(&list, &err) == 0);
	for (size_t i = 0; i < list.count; i++)
		check_again(list.entries[i].mask);
	return 0;
}
