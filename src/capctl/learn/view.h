/* SPDX-License-Identifier: Apache-2.0 */
/* What is known so far, as lines for people; live.h draws them again and again. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_VIEW_H
#define CAPRUNTIME_CAPCTL_LEARN_VIEW_H

#include "capctl/learn/tally.h"

struct view_place {
	uint64_t begin; /* of the recording; nanoseconds, as of a record */
	uint64_t now;
	size_t width; /* of a line */
	size_t lines; /* that fit, at least 3 */
};

/* A line for each capability that was needed, between a head and a foot. */
void view_print(const struct learn_tally *tally,
		const struct view_place *place);

#endif
