/* SPDX-License-Identifier: Apache-2.0 */
/* What 'capctl learn' found out, and how it is printed. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_LEARNED_H
#define CAPRUNTIME_CAPCTL_LEARN_LEARNED_H

#include "capctl/learn/tally.h"
#include "capctl/learn/target.h"

struct learned {
	struct learn_tally tally;
	struct target target;
	const char *source; /* "tracepoint" or "kprobe" */
	uint64_t lost; /* events; the result is incomplete */
};

void learn_print(const struct learned *learned);
void learn_print_json(const struct learned *learned);

#endif
