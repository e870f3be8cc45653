/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where config.json's process object and its members stand in the text, and
 * which capability a list's element is. The rest of what they mean is spec.h.
 */
#ifndef CAPRUNTIME_SPEC_FIND_H
#define CAPRUNTIME_SPEC_FIND_H

#include "caps/set.h"
#include "json/scan.h"

/*
 * The value of process.KEY, null included; false when there is none. Also for
 * a text that passed json_check() alone: then of two, the first.
 */
bool spec_find(const struct json_doc *doc, const char *key,
	       struct json_value *ret_value);

/* The same for any object's member; false also when `object` is none. */
bool spec_find_member(const struct json_doc *doc, struct json_value object,
		      const char *key, struct json_value *ret_value);

/* The process object itself. */
bool spec_find_process(const struct json_doc *doc,
		       struct json_value *ret_process);

/* A list's element that is exactly a known CAP_X; 0: anything else. */
capmask spec_capability(const struct json_doc *doc, struct json_value name);

#endif
