/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/glob.h"

/* On a mismatch only the last '*' is extended; earlier ones cannot help. */
bool glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool glob_list_matches(const struct glob_list *list, const char *text)
{
	bool wanted = false, any_positive = false;

	if (!text)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		const char *pattern = list->patterns[i];

		if (*pattern == '!') {
			if (glob_matches(pattern + 1, text))
				return false;
			continue;
		}
		any_positive = true;
		wanted = wanted || glob_matches(pattern, text);
	}
	return wanted || !any_positive;
}
