/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/glob_compare.h"

#include <string.h>

/* "*", "**", "?*" …: no name is empty. */
static bool is_any_name(const char *pattern)
{
	const char *one = strchr(pattern, '?');

	return strchr(pattern, '*') && !pattern[strspn(pattern, "*?")] &&
	       (!one || !strchr(one + 1, '?'));
}

/* One step of `wide` against one of `narrow`, neither of them '*'. */
static bool byte_takes(char wide, char narrow)
{
	return wide == '?' || wide == narrow;
}

/*
 * glob_matches() with a pattern for a text: only a '*' takes a '*', only it and
 * '?' take a '?'.
 */
bool glob_includes(const char *wide, const char *narrow, struct glob_work *work)
{
	const char *star = NULL, *resume = NULL;

	for (; *narrow && work->left; work->left--) {
		if (*wide == '*') {
			star = wide++;
			resume = narrow;
		} else if (*wide && *narrow != '*' &&
			   byte_takes(*wide, *narrow)) {
			wide++;
			narrow++;
		} else if (star) {
			wide = star + 1;
			narrow = ++resume;
		} else {
			return false;
		}
	}
	while (*wide == '*')
		wide++;
	return !*wide && !*narrow;
}

static bool is_literal(const char *pattern)
{
	return !strpbrk(pattern, "*?");
}

static bool bytes_differ(char one, char other)
{
	return one != '?' && other != '?' && one != other;
}

/* The parts before the first '*' of either pattern. */
static bool differ_at_start(const char *one, const char *other)
{
	for (; *one && *other && *one != '*' && *other != '*'; one++, other++)
		if (bytes_differ(*one, *other))
			return true;
	return false;
}

static bool differ_at_end(const char *one, const char *other)
{
	size_t i = strlen(one), k = strlen(other);

	for (; i && k && one[i - 1] != '*' && other[k - 1] != '*'; i--, k--)
		if (bytes_differ(one[i - 1], other[k - 1]))
			return true;
	return false;
}

bool glob_are_disjoint(const char *one, const char *other,
		       struct glob_work *work)
{
	bool covers;

	if (is_literal(one) || is_literal(other)) {
		covers = is_literal(one) ? glob_includes(other, one, work)
					 : glob_includes(one, other, work);
		return !covers && work->left;
	}
	return differ_at_start(one, other) || differ_at_end(one, other);
}

static bool list_excludes(const struct glob_list *list, const char *pattern,
			  struct glob_work *work)
{
	for (size_t i = 0; i < list->count; i++)
		if (*list->patterns[i] == '!' &&
		    glob_includes(list->patterns[i] + 1, pattern, work))
			return true;
	return false;
}

static bool has_positive(const struct glob_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (*list->patterns[i] != '!')
			return true;
	return false;
}

/*
 * The positive pattern at `i`, from 0 to list->count; at list->count "*", if
 * the list only excludes. NULL: there is none, or the list excludes it.
 */
static const char *positive_at(const struct glob_list *list, size_t i,
			       struct glob_work *work)
{
	const char *pattern = "*";

	if (i < list->count)
		pattern = list->patterns[i];
	else if (has_positive(list))
		return NULL;
	return *pattern == '!' || list_excludes(list, pattern, work) ? NULL
								     : pattern;
}

bool glob_list_is_empty(const struct glob_list *list, struct glob_work *work)
{
	for (size_t i = 0; i <= list->count; i++)
		if (positive_at(list, i, work))
			return false;
	return true;
}

bool glob_list_is_universal(const struct glob_list *list)
{
	bool any = !list->count;

	for (size_t i = 0; i < list->count; i++) {
		if (*list->patterns[i] == '!')
			return false;
		any = any || is_any_name(list->patterns[i]);
	}
	return any;
}

/* One of the positive patterns of `wide` includes it, or `wide` has none. */
static bool list_includes(const struct glob_list *wide, const char *pattern,
			  struct glob_work *work)
{
	for (size_t i = 0; i < wide->count; i++)
		if (*wide->patterns[i] != '!' &&
		    glob_includes(wide->patterns[i], pattern, work))
			return true;
	return !has_positive(wide);
}

/* None of the texts of `list` matches `pattern`. */
static bool is_apart_from(const struct glob_list *list, const char *pattern,
			  struct glob_work *work)
{
	const char *own;

	if (list_excludes(list, pattern, work))
		return true;
	for (size_t i = 0; i <= list->count; i++) {
		own = positive_at(list, i, work);
		if (own && !glob_are_disjoint(own, pattern, work))
			return false;
	}
	return true;
}

bool glob_list_includes(const struct glob_list *wide,
			const struct glob_list *narrow, struct glob_work *work)
{
	const char *pattern;

	for (size_t i = 0; i <= narrow->count; i++) {
		pattern = positive_at(narrow, i, work);
		if (pattern && !list_includes(wide, pattern, work))
			return false;
	}
	for (size_t i = 0; i < wide->count; i++)
		if (*wide->patterns[i] == '!' &&
		    !is_apart_from(narrow, wide->patterns[i] + 1, work))
			return false;
	return true;
}

/* No text matches both patterns and is excluded by neither list. */
static bool pair_is_apart(const struct glob_list *one, const char *of_one,
			  const struct glob_list *other, const char *of_other,
			  struct glob_work *work)
{
	return glob_are_disjoint(of_one, of_other, work) ||
	       list_excludes(one, of_other, work) ||
	       list_excludes(other, of_one, work);
}

bool glob_list_are_disjoint(const struct glob_list *one,
			    const struct glob_list *other,
			    struct glob_work *work)
{
	const char *of_one, *of_other;

	for (size_t i = 0; i <= one->count; i++) {
		of_one = positive_at(one, i, work);
		for (size_t k = 0; of_one && k <= other->count; k++) {
			of_other = positive_at(other, k, work);
			if (of_other &&
			    !pair_is_apart(one, of_one, other, of_other, work))
				return false;
		}
	}
	return true;
}
