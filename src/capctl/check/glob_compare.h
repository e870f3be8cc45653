/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relations between patterns, for all texts. true is a proof; false can also
 * mean "not proven". A missing text is not considered.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_GLOB_COMPARE_H
#define CAPRUNTIME_CAPCTL_CHECK_GLOB_COMPARE_H

#include "policy/glob.h"

/*
 * The steps of work that are left, so that the time is bounded. With none left
 * nothing is proved.
 */
struct glob_work {
	size_t left;
};

/* Every text that `narrow` matches, `wide` matches too. */
bool glob_includes(const char *wide, const char *narrow,
		   struct glob_work *work);

/* No text matches both. */
bool glob_are_disjoint(const char *one, const char *other,
		       struct glob_work *work);

/* The same for lists, with what they exclude. */
bool glob_list_includes(const struct glob_list *wide,
			const struct glob_list *narrow, struct glob_work *work);
bool glob_list_are_disjoint(const struct glob_list *one,
			    const struct glob_list *other,
			    struct glob_work *work);

/* No text matches: all that it names it excludes again. */
bool glob_list_is_empty(const struct glob_list *list, struct glob_work *work);

/* Every text matches. */
bool glob_list_is_universal(const struct glob_list *list);

#endif
