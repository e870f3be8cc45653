/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A config.json's annotations, decoded and in order, for many look-ups. What
 * they may be believed for is subject.h.
 */
#ifndef CAPRUNTIME_SPEC_ANNOTATIONS_H
#define CAPRUNTIME_SPEC_ANNOTATIONS_H

#include "json/scan.h"

struct annotation {
	char *key;
	char *value;
};

struct annotations {
	struct annotation *list;
	size_t count;
};

/*
 * `object` is an object of strings without equal keys (spec.h). A key or a
 * value with a NUL in it, or null for a value, is left out: nothing here can
 * be equal to it. The caller frees, also on -1.
 */
int annotations_read(struct annotations *ret_annotations,
		     const struct json_doc *doc, struct json_value object,
		     struct err *err) MUST_CHECK;
void annotations_free(struct annotations *annotations);

/* NULL: there is none. */
const char *annotations_find(const struct annotations *annotations,
			     const char *key);

#endif
