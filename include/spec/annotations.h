/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The annotations of a config.json, decoded and sorted for fast look-ups.
 * policy/identity.h decides which of them are trusted.
 */
#ifndef CAPRUNTIME_SPEC_ANNOTATIONS_H
#define CAPRUNTIME_SPEC_ANNOTATIONS_H

#include "base/arena.h"
#include "json/read.h"

struct annotation {
	const char *key;
	const char *value;
};

struct annotations {
	struct annotation *list;
	size_t count;
	size_t size;
	struct arena memory; /* of the texts */
};

/*
 * `object` is an object without duplicate keys (spec.h), whose values must be
 * strings or null. Annotations with a null value, or with a NUL in key or value,
 * are left out: no pattern can match them. The caller frees, also on -1.
 */
int annotations_read(struct annotations *ret_annotations,
		     const struct json_reader *json,
		     struct json_value object) MUST_CHECK;
void annotations_free(struct annotations *annotations);

/* The value; NULL: no such annotation. */
const char *annotations_find(const struct annotations *annotations,
			     const char *key);

#endif
