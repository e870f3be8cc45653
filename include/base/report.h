/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only printer of failures: one line on standard error and, where the
 * engine named a log, one line there. CRI-O shows the first, containerd only
 * the second, podman takes the whole log for one JSON value.
 */
#ifndef CAPRUNTIME_BASE_REPORT_H
#define CAPRUNTIME_BASE_REPORT_H

#include <stdbool.h>

#include "base/err.h"

/*
 * On standard error alone, "PROGRAM: " first; that this is closed changes
 * nothing. Bytes that are not printable ASCII are shown as escapes: the
 * message stays one line, and UTF-8.
 */
void report_failure(const char *program, const struct err *err);

/*
 * The same for capruntime, and in the engine's log; log_path: NULL for none. A
 * log that cannot be written changes nothing.
 */
void report_refusal(const struct err *err, const char *log_path, bool json);

#endif
