/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers two rules have in common, for all containers. Answers are
 * proofs, as in glob_compare.h.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_MATCH_COMPARE_H
#define CAPRUNTIME_CAPCTL_CHECK_MATCH_COMPARE_H

#include "capctl/check/glob_compare.h"
#include "policy/match.h"

/*
 * Every container that `narrow` matches, `wide` matches too. No container has
 * a uid or gid over 2^32-2 (chown(2): the last one means "unchanged").
 */
bool match_includes(const struct match *wide, const struct match *narrow,
		    struct glob_work *work);

/* No container matches both, whatever annotations it has. */
bool match_are_disjoint(const struct match *one, const struct match *other,
			struct glob_work *work);

/* No container matches; ret_key: the name of the key that cannot match. */
bool match_is_empty(const struct match *match, const char **ret_key,
		    struct glob_work *work);

/* No key restricts it; it may exclude user 0 and privileged containers. */
bool match_is_universal(const struct match *match);

#endif
