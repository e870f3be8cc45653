/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the audit. It never delays or fails a container: a full disk, or a log
 * that is missing, untrusted or not read, is not an error.
 */
#ifndef CAPRUNTIME_AUDIT_H
#define CAPRUNTIME_AUDIT_H

#include "capruntime/audit_line.h"

/*
 * One write(2) to the policy's file, or one datagram to /dev/log (not
 * syslog(3), which waits for the daemon), or nothing.
 */
void audit_write(const struct policy *policy, const struct audit_event *event);

#endif
