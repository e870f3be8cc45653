/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file can be trusted, from what stat(2) says of it: only root and the
 * effective user can write it. base/trust.h asks this of each part of a path.
 */
#ifndef CAPRUNTIME_BASE_TRUST_STAT_H
#define CAPRUNTIME_BASE_TRUST_STAT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"

/*
 * Root, the effective user and, in a user namespace other than the first, the
 * overflow user, who owns everything outside of it (user_namespaces(7)). In a
 * directory that others can write (`shared`), sticky or not, that can be any
 * user, and is not trusted.
 */
bool trust_has_owner(const struct stat *st, bool shared);

/*
 * Does a link of /proc/PID/ns lead to the initial user namespace? Also true if it
 * cannot be found out.
 */
bool trust_is_first_userns(const char *link);

/* Is this process root in the initial user namespace? */
bool trust_is_first_root(void);

/*
 * A trusted owner, and not writable by group or others. The directory that
 * contains it is the caller's to check.
 */
int trust_check_stat(const struct stat *st, const char *path,
		     struct err *err) MUST_CHECK;

/* The same for a file in `directory`. */
int trust_check_in(int directory, const struct stat *st, const char *path,
		   struct err *err) MUST_CHECK;

/* For a walk, where `shared` is whether others can write the directory above. */
int trust_check_owner(const struct stat *st, bool shared, const char *path,
		      struct err *err) MUST_CHECK;
int trust_check_file(const struct stat *st, bool shared, const char *path,
		     struct err *err) MUST_CHECK;
/* In a sticky directory only a file's owner can replace it. */
int trust_check_directory(const struct stat *st, bool shared, const char *path,
			  struct err *err) MUST_CHECK;

/* Can group or others write it? */
bool trust_is_shared(const struct stat *st);

#endif
