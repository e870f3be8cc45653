/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports why a container does not start, where its engine shows it: CRI-O
 * shows standard error, containerd only the log, and podman reads the whole log
 * as one JSON value. So it is one line in each.
 */
#ifndef CAPRUNTIME_REFUSE_H
#define CAPRUNTIME_REFUSE_H

#include "base/err.h"
#include "runtime/call.h"

/*
 * Writes to standard error and to the file that --log names, in the format of
 * --log-format. crun's "file:PATH" is PATH; its "syslog:" and "journald:" name
 * no file. A log that cannot be written is ignored.
 */
void refuse(const struct err *err, const struct runtime_args *args);

#endif
