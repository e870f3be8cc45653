/* SPDX-License-Identifier: Apache-2.0 */
/* A text as a file that nobody can change any more, memfd_create(2). */
#ifndef CAPRUNTIME_MEMFD_H
#define CAPRUNTIME_MEMFD_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

/*
 * A sealed descriptor of at least `lowest` that outlives execve(2): the only
 * one of ours that does. The caller closes.
 */
int memfd_make(const char *text, size_t len, int lowest, int *ret_fd,
	       struct err *err) MUST_CHECK;

#endif
