/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte is the dialect, the rest a state's text. Whatever it says: a
 * pid that a process can have, and a bundle that is an absolute path.
 */
#include "config.h"

#include "capctl/process/state.h"

#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container_state state;
	char *text;
	struct err err = { "" };

	if (!size)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	MUST(text);
	if (container_state_parse(&state,
				  data[0] & 1 ? RUNTIME_CRUN : RUNTIME_RUNC,
				  text, strlen(text), &err) == 0) {
		MUST(err.text[0] == '\0');
		MUST(state.pid >= 0);
		MUST(!state.bundle || *state.bundle == '/');
	} else {
		MUST(err.text[0] != '\0');
	}
	container_state_free(&state);
	container_state_start(text);
	container_state_has_ended(text);
	free(text);
	return 0;
}
