/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do all readers see the same members in an object? The last of two equal
 * keys wins in Go and json-c, the first in yajl; Go also takes a key for a
 * name that it equals when case is folded; C readers cut a key at a NUL.
 */
#ifndef CAPRUNTIME_JSON_KEYS_H
#define CAPRUNTIME_JSON_KEYS_H

#include "json/scan.h"

/* Refuses a duplicate key, escapes resolved. */
int json_keys_check_unique(const struct json_doc *doc, struct json_value object,
			   struct err *err) MUST_CHECK;

/*
 * Refuses a key with a NUL in it, and one that is none of `names` (NULL ends
 * them) but equals one under Go's folding: ASCII case, U+017F as s, U+212A
 * as k (encoding/json, fold.go).
 */
int json_keys_check_names(const struct json_doc *doc, struct json_value object,
			  const char *const names[],
			  struct err *err) MUST_CHECK;

/* Both of these checks. */
int json_keys_check(const struct json_doc *doc, struct json_value object,
		    const char *const names[], struct err *err) MUST_CHECK;

#endif
