/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy's patterns: '*' is any run of bytes, '/' included, '?' one byte,
 * everything else itself. Whole texts, case and all. fnmatch(3) is not used:
 * brackets, backslashes and the locale have no meaning here.
 */
#ifndef CAPRUNTIME_POLICY_GLOB_H
#define CAPRUNTIME_POLICY_GLOB_H

#include <stdbool.h>
#include <stddef.h>

struct glob_list {
	char **patterns; /* "!x" excludes */
	size_t count;
};

/* Time is at most the product of both lengths, whatever they hold. */
bool glob_matches(const char *pattern, const char *text);

/*
 * Some positive pattern matches, or there is none, and no "!pattern" does.
 * A text that is absent (NULL) matches nothing, not even "!x".
 */
bool glob_list_matches(const struct glob_list *list, const char *text);

void glob_list_free(struct glob_list *list);

#endif
