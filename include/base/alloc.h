/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocates a text or room for one more element of a list. NULL: out of memory;
 * the caller reports it. base/buf.h builds a text from parts.
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
 * Makes room for one more element in a list that has `count` elements of
 * `element` bytes each and room for *size. Returns the list, which may have
 * moved. NULL: out of memory; the list is unchanged.
 */
void *alloc_room(void *list, size_t count, size_t *size,
		 size_t element) MUST_CHECK;

#endif
