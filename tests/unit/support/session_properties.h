/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of exec_patch() for all inputs, for unit tests and the fuzz
 * target.
 */
#ifndef CAPRUNTIME_SESSION_PROPERTIES_H
#define CAPRUNTIME_SESSION_PROPERTIES_H

#include <string.h>

#include "capruntime/exec_patch.h"
#include "json/check.h"

static inline bool session_same_bytes(const struct json_doc *a,
				      struct json_value of_a,
				      const struct json_doc *b,
				      struct json_value of_b)
{
	size_t len = of_a.end - of_a.start;

	return of_b.end - of_b.start == len &&
	       memcmp(a->text + of_a.start, b->text + of_b.start, len) == 0;
}

/* The next member except for the two that are written. */
static inline bool session_next_other(struct json_iter *iter,
				      struct json_member *ret_member)
{
	while (json_next_member(iter, ret_member))
		if (!json_string_is(iter->doc, ret_member->key,
				    "capabilities") &&
		    !json_string_is(iter->doc, ret_member->key,
				    "noNewPrivileges"))
			return true;
	return false;
}

static inline bool session_same_members(const struct json_doc *a,
					const struct json_doc *b)
{
	struct json_iter at_a = json_iterate(a, json_root(a));
	struct json_iter at_b = json_iterate(b, json_root(b));
	struct json_member of_a, of_b;

	while (session_next_other(&at_a, &of_a))
		if (!session_next_other(&at_b, &of_b) ||
		    !session_same_bytes(a, of_a.key, b, of_b.key) ||
		    !session_same_bytes(a, of_a.value, b, of_b.value))
			return false;
	return !session_next_other(&at_b, &of_b);
}

static inline bool session_same_around(const struct json_doc *a,
				       const struct json_doc *b)
{
	struct json_value of_a = json_root(a), of_b = json_root(b);
	size_t len = a->len - of_a.end;

	return of_a.start == of_b.start && len == b->len - of_b.end &&
	       memcmp(a->text, b->text, of_a.start) == 0 &&
	       memcmp(a->text + of_a.end, b->text + of_b.end, len) == 0;
}

/* NULL or the violated property; ret_changed: the sets were changed. */
static inline const char *session_broken(const struct json_doc *doc,
					 const struct record_about *about,
					 const struct own_limits *limits,
					 enum runtime_dialect dialect,
					 bool *ret_changed)
{
	char *text CLEANUP_FREE = NULL, *again CLEANUP_FREE = NULL;
	struct json_doc changed = { .name = doc->name };
	struct err err = { 0 };
	size_t len;

	*ret_changed = false;
	if (exec_patch(doc, about, limits, dialect, &text, &changed.len, &err) <
	    0)
		return text	     ? "failed, and made a text"
		       : err.text[0] ? NULL
				     : "failed without a word";
	if (!text)
		return NULL;
	*ret_changed = true;
	changed.text = text;
	if (strlen(text) != changed.len || json_check(&changed, &err) < 0)
		return "made what is no JSON";
	if (!session_same_around(doc, &changed))
		return "changed text outside of the object";
	if (!session_same_members(doc, &changed))
		return "changed other members";
	if (exec_patch(&changed, about, limits, dialect, &again, &len, &err) <
	    0)
		return "refuses what it made itself";
	return again ? "changes what it made itself" : NULL;
}

#endif
