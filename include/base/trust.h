/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that a file is trusted: only root and the effective user can write the
 * file, every directory above it and every symbolic link on the way.
 */
#ifndef CAPRUNTIME_BASE_TRUST_H
#define CAPRUNTIME_BASE_TRUST_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/trust_stat.h"

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

/*
 * A symbolic link of a trusted owner in directories that are no links and that
 * nobody else can change. So its target, read before or after, is trusted.
 */
bool trust_is_plain_link(const char *path);

#endif
