/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a recording of events, as learn_formats.h says. No check is
 * counted twice, and what is lacking is needed.
 */
#include "config.h"

#include "capctl/learn/events.h"

#include "fuzz.h"
#include "learn_formats.h"

#define INPUT_MAX 65536

static uint64_t sum(const struct learn_tally *tally)
{
	uint64_t sum = 0;

	for (int i = 0; i < LEARN_CAPS_MAX; i++) {
		const struct learn_need *need = &tally->need[i];

		sum += need->granted + need->refused;
		for (int j = 0; j < LEARN_NOISE_COUNT; j++)
			sum += need->noise[j];
		MUST(!need->granted || !need->used.program[0] ||
		     memchr(need->used.program, '\0', LEARN_NAME_SIZE));
		MUST(!need->refused || need->lacked.error > 0);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct learn_events events[2];
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	int probe;
	size_t checks;

	if (!size || size > INPUT_MAX)
		return 0;
	probe = data[0] & 1;
	if (!events[probe].tep)
		events[probe] = learn_formats_load(probe);
	checks = learn_recording_add(&events[probe], data, size, &tally);
	learn_tally_end(&tally);
	MUST(!tally.tasks);
	MUST(sum(&tally) <= checks);
	MUST(!(learn_tally_lacks(&tally) & ~learn_tally_needs(&tally)));
	return 0;
}
