/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/view.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "capctl/learn/first.h"
#include "capctl/out.h"

#define SECOND UINT64_C(1000000000)
#define MINUTE UINT64_C(60)
#define HOUR (60 * MINUTE)
#define AGE_SIZE 32
#define FRAME 2 /* lines: head and foot */

/* Each byte that is left takes one column, so that the line fits. */
static void make_plain(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void print_cut(const struct view_place *place, enum out_style style,
		      char *text)
{
	/* Some terminals wrap a line that fills them. */
	size_t room = place->width ? place->width - 1 : 0;

	make_plain(text);
	out_line(style, "%.*s", room < INT32_MAX ? (int)room : INT32_MAX, text);
}

static void write_age(uint64_t time, uint64_t now, char ret_text[AGE_SIZE])
{
	uint64_t seconds = now > time ? (now - time) / SECOND : 0;

	if (seconds < MINUTE)
		snprintf(ret_text, AGE_SIZE, "%" PRIu64 " s", seconds);
	else if (seconds < HOUR)
		snprintf(ret_text, AGE_SIZE, "%" PRIu64 " min",
			 seconds / MINUTE);
	else
		snprintf(ret_text, AGE_SIZE, "%" PRIu64 " h", seconds / HOUR);
}

static void print_need(const struct view_place *place, const char *name,
		       const struct learn_need *need)
{
	const struct learn_first *first =
		need->refused ? &need->lacked : &need->used;
	char *asked CLEANUP_FREE = learn_first_text(first);
	char *line CLEANUP_FREE = NULL;
	char age[AGE_SIZE];

	write_age(need->last, place->now, age);
	if (asked)
		line = alloc_text("%-18s %7" PRIu64 " %7" PRIu64 " %7" PRIu64
				  " %6s  %s",
				  name, need->granted + need->refused,
				  need->granted, need->refused, age, asked);
	if (line)
		print_cut(place, need->refused ? OUT_BAD : OUT_GOOD, line);
	else
		out_fail();
}

static void print_foot(const struct view_place *place, size_t left_out)
{
	char age[AGE_SIZE], line[96], more[32] = "";

	write_age(place->begin, place->now, age);
	if (left_out)
		snprintf(more, sizeof(more), "%zu more; ", left_out);
	snprintf(line, sizeof(line),
		 "%swatched for %s; Ctrl-C ends it and prints the result", more,
		 age);
	print_cut(place, OUT_FAINT, line);
}

void view_print(const struct learn_tally *tally, const struct view_place *place)
{
	capmask needs = learn_tally_needs(tally);
	size_t room = place->lines - FRAME, left_out = 0;
	char head[96];

	snprintf(head, sizeof(head), "%-18s %7s %7s %7s %6s  %s", "capability",
		 "wanted", "granted", "refused", "last", "first");
	print_cut(place, OUT_STRONG, head);
	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++) {
		capmask one = needs & UINT64_C(1) << i;
		char *name CLEANUP_FREE = one ? out_names(one) : NULL;

		if (name && room)
			print_need(place, name, &tally->need[i]);
		left_out += one && !room;
		room -= one && room;
	}
	print_foot(place, left_out);
}
