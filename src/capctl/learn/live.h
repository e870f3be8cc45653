/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows on the terminal what is known so far (view.h), and removes it before the
 * result is printed. No mode of the terminal is changed, so nothing is left if
 * it is killed, but the lines.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_LIVE_H
#define CAPRUNTIME_CAPCTL_LEARN_LIVE_H

#include "capctl/learn/tally.h"

struct live {
	bool is_shown;
	uint64_t begin; /* nanoseconds */
	uint64_t next; /* when it is to be drawn again */
};

#define CLEANUP_LIVE __attribute__((cleanup(live_end)))

/* Nothing is shown unless it is wanted and standard output is a terminal. */
struct live live_begin(bool is_wanted);
/* At most twice a second; in between nothing happens. */
void live_draw(struct live *live, const struct learn_tally *tally);
void live_end(struct live *live);

#endif
