/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only printer of failures: one line on standard error and, where the
 * engine named a log, one line there. CRI-O shows the first, containerd only
 * the second, podman takes the whole log for one JSON value.
 */
#ifndef CAPRUNTIME_REPORT_H
#define CAPRUNTIME_REPORT_H

#include <stdbool.h>

#include "err.h"

/*
 * log_path: NULL for none. A log that cannot be written changes nothing, and
 * neither does a descriptor 2 that is closed. Bytes that are not printable
 * ASCII are shown as escapes: the message stays one line, and UTF-8.
 */
void report_refusal(const struct err *err, const char *log_path, bool json);

#endif
