/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints an error as one line on standard error, for both programs. For the log
 * that engines pass to capruntime see capruntime/refuse.h. Nothing is allocated:
 * the error can be that there is no memory.
 */
#ifndef CAPRUNTIME_BASE_REPORT_H
#define CAPRUNTIME_BASE_REPORT_H

#include "base/buf.h"

/* "PROGRAM: error" on standard error, if that is open. */
void report_failure(const char *program, const struct err *err);

/* Of a program's name with 63 bytes at most, each byte of the error an escape. */
#define REPORT_SIZE (64 + 4 * ERR_TEXT_MAX)

/*
 * The same text without a newline. Bytes that are not printable ASCII become
 * escapes, so that it is one line and valid UTF-8.
 */
void report_message(char ret_message[REPORT_SIZE], const char *program,
		    const struct err *err);

/*
 * Writes the line and a newline by one write(2). Ignores errors. Also sets
 * SIGPIPE and SIGXFSZ to be ignored, for the rest of the process.
 */
void report_line(int fd, struct buf *line);

#endif
