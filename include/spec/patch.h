/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edits that give a config.json, or a process file, other members and
 * other capability sets. Texts passed json_check(), and pass it again with the
 * edits applied. It applies no edits and touches no files.
 */
#ifndef CAPRUNTIME_SPEC_PATCH_H
#define CAPRUNTIME_SPEC_PATCH_H

#include "caps/set.h"
#include "spec/edit.h"

/* What a member is to hold (JSON); NULL: the member is removed. */
struct patch_member {
	const char *key;
	const char *value;
};

/*
 * Sets or removes members of `object`, each key once. A new member goes after
 * the last one, so that removing it again gives the same bytes. A member that
 * already reads like `value`, byte for byte, needs no edit.
 */
int patch_members(struct edits *edits, const struct json_doc *doc,
		  struct json_value object, const struct patch_member *members,
		  size_t count, struct err *err) MUST_CHECK;

/*
 * Gives a capabilities object the sets of `after`. A list that holds its set
 * already stays as it is. Others are written in kernel order, followed by the
 * names that are not exactly a known capability unless `drop_unknown`.
 */
int patch_capabilities(struct edits *edits, const struct json_doc *doc,
		       struct json_value capabilities,
		       const struct capsets *after, bool drop_unknown,
		       struct err *err) MUST_CHECK;

/*
 * A capabilities object as a text to compare: equal for two objects whose five
 * lists are equal as sets of names. An absent list differs from an empty one.
 * The caller frees.
 */
int patch_capabilities_value(const struct json_doc *doc,
			     struct json_value capabilities, char **ret_text,
			     struct err *err) MUST_CHECK;

#endif
