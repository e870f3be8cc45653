/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a config.json. All results come from it: texts without NULs
 * that are not longer than the input, and valid group IDs.
 */
#include "config.h"

#include "capctl/explain/command.h"

#include <string.h>

#include "fuzz.h"
#include "json/check.h"

#define INPUT_MAX 65536

static void check_text(const char *text, size_t size)
{
	/* An escape of six bytes becomes three at most. */
	MUST(!text || strlen(text) < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_doc doc = { .name = "config.json",
				.text = (const char *)data,
				.len = size };
	struct command command CLEANUP_COMMAND = { 0 };
	struct err err = { 0 };

	if (size > INPUT_MAX || json_check(&doc, &err) < 0)
		return 0;
	MUST(command_read(&command, &doc, &err) == 0);
	MUST(!*err.text);
	check_text(command.program, size);
	check_text(command.cwd, size);
	check_text(command.search, size);
	MUST(command.groups_count < size);
	for (size_t i = 0; i < command.groups_count; i++)
		MUST(command.groups[i] != UINT32_MAX);
	return 0;
}
