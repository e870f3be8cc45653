/* SPDX-License-Identifier: Apache-2.0 */
/* Small files that another process may be about to remove, such as those of /proc. */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_SMALLFILE_H
#define CAPRUNTIME_CAPCTL_PROCESS_SMALLFILE_H

#include <stddef.h>

/*
 * The text of a regular file, no link, with a NUL behind it. NULL: there is no such
 * file, it has more than `max` bytes, or it cannot be read. The caller frees.
 */
char *smallfile_read(const char *path, size_t max, size_t *ret_len);

#endif
