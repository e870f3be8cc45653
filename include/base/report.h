/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints an error as one line on standard error, for both programs. For the log
 * that engines pass to capruntime see capruntime/refuse.h.
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
 * Writes `line` and a newline by one write(2). Ignores errors. Also sets
 * SIGPIPE and SIGXFSZ to be ignored, for the rest of the process.
 */
void report_line(int fd, const char *line);

#endif
