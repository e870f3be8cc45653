/* SPDX-License-Identifier: Apache-2.0 */
/* Removes links to which no container belongs. */
#ifndef CAPRUNTIME_EXEC_LINK_SWEEP_H
#define CAPRUNTIME_EXEC_LINK_SWEEP_H

#include "capruntime/exec_link.h"

/* How many links each sweep checks. */
#define EXEC_LINK_SWEEP_MAX 64

/*
 * Removes links without a record and those of containers that no longer exist,
 * among EXEC_LINK_SWEEP_MAX: other ones each time. False: there is no directory, so
 * no container has a link.
 */
bool exec_link_sweep(const struct exec_key *key);

#endif
