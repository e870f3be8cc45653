/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/live.h"

#include "capctl/learn/view.h"
#include "capctl/learn/watch.h"
#include "capctl/out_view.h"

#define PAUSE UINT64_C(500000000)

struct live live_begin(bool is_wanted)
{
	return (struct live){ .is_shown = is_wanted && out_view_is_possible(),
			      .begin = watch_clock() };
}

void live_draw(struct live *live, const struct learn_tally *tally)
{
	struct view_place place = { .begin = live->begin,
				    .now = watch_clock() };

	if (!live->is_shown || place.now < live->next)
		return;
	live->next = place.now + PAUSE;
	out_view_begin(&place.width, &place.lines);
	view_print(tally, &place);
	out_view_end();
}

void live_end(struct live *live)
{
	if (live->is_shown)
		out_view_erase();
	live->is_shown = false;
}
