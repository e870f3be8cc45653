/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user namespace that a container without one of its own is started in: that
 * of a process that stands for its runtime, which is the container's first one, or
 * capctl itself.
 *
 * Rests on: user_namespaces(7), ioctl_ns(2).
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_USERNS_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_USERNS_H

#include <stdbool.h>
#include <stdint.h>

/* `pid`: 0 is this process. False also if it cannot be found out. */
bool userns_is_another(int32_t pid);

/*
 * Does the process's network namespace belong to a user namespace above its own?
 * False also if it cannot be found out.
 */
bool userns_lacks_network(int32_t pid);

#endif
