/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/pieces.h"

#include <stdlib.h>
#include <string.h>

void pieces_add(struct pieces *pieces, const char *text, size_t len)
{
	if (!len)
		return;
	pieces->list[pieces->count++] = (struct piece){ text, len };
	pieces->len += len;
}

char *pieces_join(const struct pieces *pieces)
{
	char *text = malloc(pieces->len + 1), *end = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < pieces->count; i++)
		end = mempcpy(end, pieces->list[i].text, pieces->list[i].len);
	*end = '\0';
	return text;
}

bool pieces_equal(const struct pieces *pieces, const char *text, size_t len)
{
	if (pieces->len != len)
		return false;
	for (size_t i = 0; i < pieces->count; i++) {
		const struct piece *piece = &pieces->list[i];

		if (memcmp(piece->text, text, piece->len) != 0)
			return false;
		text += piece->len;
	}
	return true;
}
