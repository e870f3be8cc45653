/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte is the dialect, the rest is the text of a state. A state that
 * parses has a valid pid, and its bundle is an absolute path.
 */
#include "config.h"

#include "capctl/process/state.h"

#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container_state state;
	char *text;
	struct err err = { 0 };

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
	free(text);
	return 0;
}
