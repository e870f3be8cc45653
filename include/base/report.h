/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints an error as one line on standard error. Both mains end here; the
 * engine's log of capruntime is refuse.h.
 */
#ifndef CAPRUNTIME_BASE_REPORT_H
#define CAPRUNTIME_BASE_REPORT_H

#include "base/cleanup.h"
#include "base/err.h"

/* "PROGRAM: error" on standard error, if that is open. */
void report_failure(const char *program, const struct err *err);

/*
 * The same text without a newline. Bytes that are not printable ASCII become
 * escapes, so that it is one line and valid UTF-8. NULL: out of memory. The
 * caller frees.
 */
char *report_message(const char *program, const struct err *err) MUST_CHECK;

/*
 * Writes `line` and a newline by one write(2). Errors are ignored, and the
 * signals of a closed pipe and of RLIMIT_FSIZE from here on.
 */
void report_line(int fd, const char *line);

#endif
