/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that a text is strict JSON: RFC 8259, one value, valid UTF-8, no
 * unpaired surrogates, limited depth. Readers differ on everything else
 * (comments, trailing text, invalid UTF-8), so all of them read a text that
 * passes in the same way, except for its keys (json/keys.h). Allocates the index alone.
 */
#ifndef CAPRUNTIME_JSON_CHECK_H
#define CAPRUNTIME_JSON_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "json/place.h"

#define JSON_DEPTH_MAX 512

struct json_span {
	uint32_t start;
	uint32_t end;
};

/*
 * Where objects and arrays end, so that a walk does not read one again to skip it.
 * Has as many as its memory holds, in the order of their starts; without memory
 * none. The caller sets it to zero, and frees it with json_index_free().
 */
struct json_index {
	struct json_span *spans;
	size_t count;
	size_t size;
	size_t next; /* the one that a walk probably needs next */
};

#define CLEANUP_JSON_INDEX __attribute__((cleanup(json_index_free)))

void json_index_free(struct json_index *index);

/* -1: the message has the place of the first error. */
int json_check(const struct json_doc *doc, struct err *err) MUST_CHECK;

/* The same, with place and message separate; both are set only on -1. */
int json_check_find(const struct json_doc *doc, size_t *ret_offset,
		    const char **ret_what) MUST_CHECK;

#endif
