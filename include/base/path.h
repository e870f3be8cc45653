/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text; nothing is opened. */
#ifndef CAPRUNTIME_BASE_PATH_H
#define CAPRUNTIME_BASE_PATH_H

#include <stdbool.h>

/*
 * What follows the last slash, also if that is nothing. basename(3) depends on
 * the C library: POSIX's removes slashes, in the caller's string.
 */
const char *path_basename(const char *path);

/* "." or "..". */
bool path_is_dots(const char *name);

/*
 * Removes empty parts, "." and "NAME/.." from an absolute path, whatever links
 * there are, as filepath.Clean() of Go does. Another path is left as it is.
 */
void path_clean(char *path);

#endif
