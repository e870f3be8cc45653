/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the file that execvp(3) would execute, before anything is executed. */
#ifndef CAPRUNTIME_CAPCTL_LOOKUP_H
#define CAPRUNTIME_CAPCTL_LOOKUP_H

#include "base/cleanup.h"
#include "base/err.h"

/*
 * The path of a program that this process may execute: `name` itself if it has
 * a slash, else from the directories of $PATH. The caller frees. NULL:
 * err->number is ENOENT if there is none, else why it cannot be executed.
 */
char *lookup_program(const char *name, struct err *err) MUST_CHECK;

#endif
