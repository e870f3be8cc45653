/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes members of config.json's process object in its text: the bytes
 * outside the change stay as they are. Texts in and out passed json_check();
 * nothing is read from or written to files here.
 */
#ifndef CAPRUNTIME_SPEC_PATCH_H
#define CAPRUNTIME_SPEC_PATCH_H

#include "caps/set.h"
#include "json/scan.h"

/*
 * The text with process.KEY set to `value` (JSON), or taken out where `value`
 * is NULL. A new member goes behind the last one, so that taking it out again
 * gives the same bytes. Fails without a process object, or out of memory. The
 * caller frees.
 */
int patch_member(const struct json_doc *doc, const char *key, const char *value,
		 char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

/*
 * A capabilities object's text with other sets: lists that hold what `after`
 * says stay as they are; others are written in kernel order, followed by the
 * names that are no exact capability unless `drop_unknown`. `capabilities` is
 * an object in `doc`. The caller frees.
 */
int patch_capabilities(const struct json_doc *doc,
		       struct json_value capabilities,
		       const struct capsets *after, bool drop_unknown,
		       char **ret_text, struct err *err) MUST_CHECK;

/* Does the value's text read like this already, byte for byte? */
bool patch_stands(const struct json_doc *doc, struct json_value value,
		  const char *text);

/*
 * A capabilities object as a value: the five lists as sets of names, absent
 * lists told from empty ones, in one text to compare. The caller frees.
 */
int patch_capabilities_value(const struct json_doc *doc,
			     struct json_value capabilities, char **ret_text,
			     struct err *err) MUST_CHECK;

#endif
