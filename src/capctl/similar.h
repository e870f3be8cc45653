/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean …?": the nearest of several words to a misspelt one. Nothing is
 * executed by a guess; it is only printed.
 */
#ifndef CAPRUNTIME_CAPCTL_SIMILAR_H
#define CAPRUNTIME_CAPCTL_SIMILAR_H

#include <stddef.h>

struct similar {
	const char *word; /* what was written; not ended by a NUL */
	size_t len;
	const char *nearest; /* NULL: nothing is near */
	size_t nearest_len;
	size_t distance;
};

struct similar similar_to(const char *word, size_t len);

/* Offers a word; the nearest one stays, and of equal ones the first. */
void similar_offer(struct similar *similar, const char *word, size_t len);
/* Offers the names of all capabilities, compared without "CAP_". */
void similar_offer_capabilities(struct similar *similar);

#define SIMILAR_TEXT_MAX 64

/* " (did you mean '--json'?)", for "--" and "json"; "" if nothing is near. */
void similar_text(const struct similar *similar, const char *prefix,
		  char text[SIMILAR_TEXT_MAX]);

#endif
