/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the input are its sets, and a byte of flags. */
#include "config.h"

#include "decide_properties.h"

#include "fuzz.h"

enum { SETS = CAPSET_COUNT + 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "a";
	capmask masks[SETS];
	struct policy_rule rule = { .name = name };
	struct ambient_request request = { 0 };
	struct decide_input input = { .rule = &rule, .request = &request };
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
	rule.inheritable = masks[CAPSET_COUNT + 3] & capset_known();
	rule.drop = masks[CAPSET_COUNT + 4] & capset_known() &
		    ~(rule.ambient | rule.inheritable);
	request.asked = masks[CAPSET_COUNT + 5] & capset_known();
	input.above_ceiling = masks[CAPSET_COUNT + 6];
	rule.require = flags & 1;
	rule.drop_others = flags & 32;
	rule.on_request = flags & 64;
	rule.no_new_privileges = flags & 128;
	input.has_capabilities = flags & 2;
	input.other_userns = flags & 4;
	input.limits.ambient_forbidden = flags & 8;
	/* Otherwise nearly all inputs are refused. */
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
