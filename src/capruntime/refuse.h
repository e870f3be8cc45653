/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells people why a container does not start, where their engine will show
 * it: see report.h.
 */
#ifndef CAPRUNTIME_REFUSE_H
#define CAPRUNTIME_REFUSE_H

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/call.h"

/*
 * The log is the file that --log names; crun's "file:PATH" is PATH, its
 * "syslog:" and "journald:" are no files.
 */
void refuse(const struct err *err, const struct runtime_args *args);

#endif
