/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/pieces.h"

#include <stdlib.h>
#include <string.h>

void pieces_add(struct pieces *pieces, const char *text, size_t len)
{
	if (!len)
		return;
	pieces->list[pieces->count++] =
		(struct iovec){ (void *)(uintptr_t)text, len };
	pieces->len += len;
}

char *pieces_join(const struct pieces *pieces)
{
	char *text = malloc(pieces->len + 1), *end = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < pieces->count; i++)
		end = mempcpy(end, pieces->list[i].iov_base,
			      pieces->list[i].iov_len);
	*end = '\0';
	return text;
}

bool pieces_equal(const struct pieces *pieces, const char *text, size_t len)
{
	if (pieces->len != len)
		return false;
	for (size_t i = 0; i < pieces->count; i++) {
		const struct iovec *piece = &pieces->list[i];

		if (memcmp(piece->iov_base, text, piece->iov_len) != 0)
			return false;
		text += piece->iov_len;
	}
	return true;
}
