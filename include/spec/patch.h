/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the edits that change members and capability sets of a config.json or a
 * process file. The text passed json_check(), and passes it again with the
 * edits applied. Applies no edits and touches no files.
 */
#ifndef CAPRUNTIME_SPEC_PATCH_H
#define CAPRUNTIME_SPEC_PATCH_H

#include "caps/set.h"
#include "spec/edit.h"

/* The new value of a member, as JSON; NULL: remove the member. */
struct patch_member {
	const char *key;
	const char *value;
};

/*
 * Sets or removes members of `object`, each key once. A new member goes after
 * the last one, so that removing it again restores the same bytes. A member
 * whose text already equals `value` needs no edit.
 */
int patch_members(struct edits *edits, const struct json_doc *doc,
		  struct json_value object, const struct patch_member *members,
		  size_t count, struct err *err) MUST_CHECK;

/*
 * Changes a capabilities object to the sets of `after`. A list that already
 * equals its set is not edited. The others are written in kernel order,
 * followed by the names that are not exactly a known capability, unless
 * `drop_unknown`.
 */
int patch_capabilities(struct edits *edits, const struct json_doc *doc,
		       struct json_value capabilities,
		       const struct capsets *after, bool drop_unknown,
		       struct err *err) MUST_CHECK;

/*
 * Removes the known names that `limit`, the root of which is a capabilities
 * object, does not have in the same set.
 */
int patch_capabilities_intersect(struct edits *edits,
				 const struct json_doc *doc,
				 struct json_value capabilities,
				 const struct json_doc *limit,
				 struct err *err) MUST_CHECK;

/*
 * Converts a capabilities object to a text for comparison: two objects give the
 * same text if their five lists are equal as sets of names. An absent list
 * differs from an empty one.
 * The caller frees.
 */
int patch_capabilities_value(const struct json_doc *doc,
			     struct json_value capabilities, char **ret_text,
			     struct err *err) MUST_CHECK;

#endif
