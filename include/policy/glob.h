/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy's patterns: '*' matches any number of bytes, including '/', '?'
 * matches one byte, every other byte itself. A pattern matches the whole text
 * and is case-sensitive. Not fnmatch(3): brackets, backslashes and the locale
 * have no meaning here.
 */
#ifndef CAPRUNTIME_POLICY_GLOB_H
#define CAPRUNTIME_POLICY_GLOB_H

#include <stdbool.h>
#include <stddef.h>

struct glob_list {
	const char **patterns; /* "!x" excludes */
	size_t count;
};

/* The time is at most proportional to the product of both lengths. */
bool glob_matches(const char *pattern, const char *text);

/*
 * True: a positive pattern matches, or the list has none, and no "!pattern"
 * matches. An absent text (NULL) matches no list, not even one of "!x".
 */
bool glob_list_matches(const struct glob_list *list, const char *text);

#endif
