/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that a file is trusted: only root and the effective user can write the
 * file, every directory above it and every symbolic link on the way.
 */
#ifndef CAPRUNTIME_BASE_TRUST_H
#define CAPRUNTIME_BASE_TRUST_H

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

/*
 * Opens the regular file at `path` (absolute) for reading. Follows symbolic
 * links of a trusted owner, which Kubernetes uses for ConfigMaps. ret_fd is -1,
 * and the return value 0, if a component of `path` itself does not exist; a
 * dangling link is an error. The caller closes.
 */
int trust_open(const char *path, int *ret_fd, struct err *err) MUST_CHECK;

/*
 * The same for a log: a file with one link, opened to append to it. If it alone
 * is missing, it is created with mode 0600; ret_fd is a descriptor, or the
 * return value -1.
 */
int trust_open_log(const char *path, int *ret_fd, struct err *err) MUST_CHECK;

/* Whether trust_open_log() would trust `path`; opens and creates no file. */
int trust_check_log(const char *path, struct err *err) MUST_CHECK;

/* The same as trust_open() for a directory. */
int trust_open_directory(const char *path, int *ret_fd,
			 struct err *err) MUST_CHECK;

/*
 * The same checks for a program: regular and executable; it need not be
 * readable. A missing one is an error.
 */
int trust_check_program(const char *path, struct err *err) MUST_CHECK;

#endif
