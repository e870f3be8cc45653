/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for a text or for one more element of a list. NULL: there is none;
 * who asked says so. A text that is put together of parts is buf.h.
 */
#ifndef CAPRUNTIME_BASE_ALLOC_H
#define CAPRUNTIME_BASE_ALLOC_H

#include <stddef.h>

#include "base/cleanup.h"

/* As asprintf(3). The caller frees. */
char *alloc_text(const char *format, ...) MUST_CHECK
	__attribute__((format(printf, 1, 2)));

/*
 * `path` as seen from `directory`; an absolute path stays as it is. A slash at
 * the end of `directory` is not doubled; "" is the root. The caller frees.
 */
char *alloc_path(const char *directory, const char *path) MUST_CHECK;

/*
 * The list of `count` elements, which had room for *size of `element` bytes
 * each, with room for one more. NULL: it stays what and where it was.
 */
void *alloc_room(void *list, size_t count, size_t *size,
		 size_t element) MUST_CHECK;

#endif
