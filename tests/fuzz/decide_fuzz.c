/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the input are its sets, and a byte of flags. */
#include "config.h"

#include "decide_properties.h"

#include "fuzz.h"

enum { SETS = CAPSET_COUNT + 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "a";
	capmask masks[SETS];
	struct policy_rule rule = { .name = name };
	struct decide_input input = { .rule = &rule };
	const char *broken;
	uint8_t flags;

	if (size < sizeof(masks) + 1)
		return 0;
	memcpy(masks, data, sizeof(masks));
	flags = data[sizeof(masks)];

	memcpy(input.sets.set, masks, sizeof(input.sets.set));
	rule.ambient = masks[CAPSET_COUNT] & capset_known();
	input.limits.kernel = masks[CAPSET_COUNT + 1];
	input.limits.held = masks[CAPSET_COUNT + 2];
	rule.require = flags & 1;
	input.has_capabilities = flags & 2;
	input.new_userns = flags & 4;
	input.limits.ambient_forbidden = flags & 8;
	/* Else nearly all are refused. */
	if (flags & 16) {
		input.sets.set[CAPSET_EFFECTIVE] &=
			input.sets.set[CAPSET_PERMITTED];
		input.sets.set[CAPSET_INHERITABLE] &=
			input.sets.set[CAPSET_BOUNDING];
	}
	broken = decide_broken(&input, NULL);
	if (broken)
		fprintf(stderr, "%s\n", broken);
	MUST(!broken);
	return 0;
}
