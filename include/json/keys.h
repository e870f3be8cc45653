/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refuses keys that JSON readers treat differently. Of two equal keys, Go and
 * json-c use the last one, yajl the first. Go also matches a key to a name
 * that differs only in case; C readers cut a key at a NUL.
 */
#ifndef CAPRUNTIME_JSON_KEYS_H
#define CAPRUNTIME_JSON_KEYS_H

#include "json/scan.h"

/* Refuses a duplicate key; compares keys with their escapes resolved. */
int json_keys_check_unique(const struct json_doc *doc, struct json_value object,
			   struct err *err) MUST_CHECK;

/*
 * Also refuses a key that contains a NUL, and one that is not in `names` (ended by
 * NULL) but equals one of them under Go's folding: ASCII case, U+017F as s,
 * U+212A as k (encoding/json, fold.go).
 */
int json_keys_check(const struct json_doc *doc, struct json_value object,
		    const char *const names[], struct err *err) MUST_CHECK;

#endif
