/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/match_compare.h"

#include <string.h>

#define ID_LAST (UINT32_MAX - 1)

static struct match_range all = { 0, ID_LAST }, users = { 1, ID_LAST };

/* The default of a missing key, see policy/match.h. */
static struct match_ranges ranges_of(const struct match *match, size_t which)
{
	if (match->numbers[which].count)
		return match->numbers[which];
	return (struct match_ranges){ which == MATCH_UID ? &users : &all, 1 };
}

static bool spend_work(struct glob_work *work, size_t steps)
{
	if (work->left < steps) {
		work->left = 0;
		return false;
	}
	work->left -= steps;
	return true;
}

/* The last number of the ranges that contain `first`; false: none does. */
static bool find_last_covered(const struct match_ranges *ranges, uint32_t first,
			      uint32_t *ret_last)
{
	bool any = false;

	for (size_t i = 0; i < ranges->count; i++) {
		const struct match_range *range = &ranges->list[i];

		if (first < range->first || first > range->last)
			continue;
		if (!any || range->last > *ret_last)
			*ret_last = range->last;
		any = true;
	}
	return any;
}

static bool range_is_covered(const struct match_ranges *wide,
			     struct match_range range, struct glob_work *work)
{
	uint32_t last = 0;

	while (spend_work(work, wide->count) &&
	       find_last_covered(wide, range.first, &last)) {
		if (last >= range.last)
			return true;
		range.first = last + 1;
	}
	return false;
}

static bool numbers_cover(const struct match *wide, const struct match *narrow,
			  size_t which, struct glob_work *work)
{
	struct match_ranges wides = ranges_of(wide, which);
	struct match_ranges narrows = ranges_of(narrow, which);

	for (size_t i = 0; i < narrows.count; i++)
		if (!range_is_covered(&wides, narrows.list[i], work))
			return false;
	return true;
}

static const struct glob_list *find_annotation(const struct match *match,
					       const char *key)
{
	for (size_t i = 0; i < match->annotations_count; i++)
		if (strcmp(match->annotations[i].key, key) == 0)
			return &match->annotations[i].globs;
	return NULL;
}

static bool annotation_covers(const struct match_annotation *wide,
			      const struct match *narrow,
			      struct glob_work *work)
{
	const struct glob_list *globs = find_annotation(narrow, wide->key);

	return globs && glob_list_includes(&wide->globs, globs, work);
}

/* A key that is present does not match an absent text. */
static bool text_covers(const struct glob_list *wide,
			const struct glob_list *narrow, struct glob_work *work)
{
	if (!wide->count)
		return true;
	return narrow->count && glob_list_includes(wide, narrow, work);
}

bool match_includes(const struct match *wide, const struct match *narrow,
		    struct glob_work *work)
{
	for (size_t i = 0; i < MATCH_FLAG_COUNT; i++)
		if (wide->flags[i] != MATCH_EITHER &&
		    wide->flags[i] != narrow->flags[i])
			return false;
	if (wide->annotations_count > narrow->annotations_count)
		return false;
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		if (!text_covers(&wide->texts[i], &narrow->texts[i], work))
			return false;
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++)
		if (!numbers_cover(wide, narrow, i, work))
			return false;
	for (size_t i = 0; i < wide->annotations_count; i++)
		if (!annotation_covers(&wide->annotations[i], narrow, work))
			return false;
	return true;
}

static bool numbers_are_apart(const struct match *one,
			      const struct match *other, size_t which,
			      struct glob_work *work)
{
	struct match_ranges ones = ranges_of(one, which);
	struct match_ranges others = ranges_of(other, which);

	if (!spend_work(work, ones.count * others.count))
		return false;
	for (size_t i = 0; i < ones.count; i++)
		for (size_t k = 0; k < others.count; k++)
			if (ones.list[i].first <= others.list[k].last &&
			    others.list[k].first <= ones.list[i].last)
				return false;
	return true;
}

bool match_are_disjoint(const struct match *one, const struct match *other,
			struct glob_work *work)
{
	for (size_t i = 0; i < MATCH_FLAG_COUNT; i++)
		if (one->flags[i] != other->flags[i] &&
		    one->flags[i] != MATCH_EITHER &&
		    other->flags[i] != MATCH_EITHER)
			return true;
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++)
		if (numbers_are_apart(one, other, i, work))
			return true;
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		if (one->texts[i].count && other->texts[i].count &&
		    glob_list_are_disjoint(&one->texts[i], &other->texts[i],
					   work))
			return true;
	return false;
}

bool match_is_empty(const struct match *match, const char **ret_key,
		    struct glob_work *work)
{
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++) {
		*ret_key = match_text_key((enum match_text)i);
		if (match->texts[i].count &&
		    glob_list_is_empty(&match->texts[i], work))
			return true;
	}
	for (size_t i = 0; i < match->annotations_count; i++) {
		*ret_key = "annotations";
		if (glob_list_is_empty(&match->annotations[i].globs, work))
			return true;
	}
	return false;
}

bool match_is_universal(const struct match *match)
{
	struct match_ranges uids = ranges_of(match, MATCH_UID);
	struct match_ranges gids = ranges_of(match, MATCH_GID);
	struct glob_work work = { .left = SIZE_MAX };

	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		if (!glob_list_is_universal(&match->texts[i]))
			return false;
	for (size_t i = 0; i < MATCH_FLAG_COUNT; i++)
		if (match->flags[i] == MATCH_YES ||
		    (match->flags[i] == MATCH_NO && i != MATCH_PRIVILEGED))
			return false;
	return !match->annotations_count &&
	       range_is_covered(&uids, users, &work) &&
	       range_is_covered(&gids, all, &work);
}
