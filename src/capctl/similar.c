/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/similar.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "caps/set.h"

#define WORD_MAX 32 /* longer words are not compared */
#define SHORT_WORD 3 /* up to so many bytes one mistake makes another word */

struct similar similar_to(const char *word, size_t len)
{
	return (struct similar){ .word = word, .len = len };
}

static bool is_same(char one, char other)
{
	return tolower((unsigned char)one) == tolower((unsigned char)other);
}

static size_t smallest(size_t one, size_t two, size_t three)
{
	size_t least = one < two ? one : two;

	return least < three ? least : three;
}

/*
 * How many letters are missing, added, wrong or exchanged with their neighbour
 * (optimal string alignment). Both have at most WORD_MAX bytes.
 */
static size_t distance_of(const char *one, size_t one_len, const char *other,
			  size_t other_len)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= one_len; i++)
		rows[i][0] = i;
	for (size_t k = 0; k <= other_len; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= one_len; i++)
		for (size_t k = 1; k <= other_len; k++) {
			bool same = is_same(one[i - 1], other[k - 1]);

			rows[i][k] =
				smallest(rows[i - 1][k] + 1, rows[i][k - 1] + 1,
					 rows[i - 1][k - 1] + !same);
			if (i > 1 && k > 1 &&
			    is_same(one[i - 1], other[k - 2]) &&
			    is_same(one[i - 2], other[k - 1]) &&
			    rows[i - 2][k - 2] + 1 < rows[i][k])
				rows[i][k] = rows[i - 2][k - 2] + 1;
		}
	return rows[one_len][other_len];
}

void similar_offer(struct similar *similar, const char *word, size_t len)
{
	size_t most = similar->len <= SHORT_WORD ? 1 : 2, distance;

	if (!similar->len || similar->len > WORD_MAX || len > WORD_MAX)
		return;
	distance = distance_of(similar->word, similar->len, word, len);
	if (distance > most || distance >= similar->len || distance >= len ||
	    (similar->nearest && distance >= similar->distance))
		return;
	similar->nearest = word;
	similar->nearest_len = len;
	similar->distance = distance;
}

void similar_offer_capabilities(struct similar *similar)
{
	static const char prefix[] = "CAP_";
	size_t skipped = strlen(prefix);

	while (similar->len > skipped &&
	       strncasecmp(similar->word, prefix, skipped) == 0) {
		similar->word += skipped;
		similar->len -= skipped;
	}
	for (capmask left = capset_known(); left; left &= left - 1) {
		const char *name = capset_bare_name(left & -left);

		similar_offer(similar, name, strlen(name));
	}
}

void similar_text(const struct similar *similar, const char *prefix,
		  char text[SIMILAR_TEXT_MAX])
{
	*text = '\0';
	if (similar->nearest)
		snprintf(text, SIMILAR_TEXT_MAX, " (did you mean '%s%.*s'?)",
			 prefix, (int)similar->nearest_len, similar->nearest);
}
