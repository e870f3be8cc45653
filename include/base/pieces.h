/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text whose parts lie in different places. It is written without a copy, whose
 * pages cost more than anything else in a create.
 */
#ifndef CAPRUNTIME_BASE_PIECES_H
#define CAPRUNTIME_BASE_PIECES_H

#include <stdbool.h>
#include <stddef.h>

struct piece {
	const char *text;
	size_t len;
};

struct pieces {
	struct piece *list;
	size_t count;
	size_t len; /* of all */
};

/* One piece, for the block in which it stands. */
#define PIECES_OF(whole, length)                                               \
	(&(const struct pieces){ .list = &(struct piece){ (whole), (length) }, \
				 .count = 1,                                   \
				 .len = (length) })

/* Adds a piece to a list with room for it; not an empty one. */
void pieces_add(struct pieces *pieces, const char *text, size_t len);

/* The bytes in one text with a NUL at its end. The caller frees; NULL: no memory. */
char *pieces_join(const struct pieces *pieces);

bool pieces_equal(const struct pieces *pieces, const char *text, size_t len);

#endif
