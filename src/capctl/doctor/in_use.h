/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What still needs an installed capruntime: configuration that names it, and
 * containers whose engine calls it. packaging/package-hook asks before the
 * package is removed.
 *
 * Only files and processes of root count: other users must not be able to
 * keep the package. No engine is queried and no program is run.
 *
 * Rests on: conmon(8), containerd's `runtime` file beside config.json,
 * proc(5).
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_IN_USE_H
#define CAPRUNTIME_CAPCTL_DOCTOR_IN_USE_H

#include "capctl/finding.h"

/*
 * Adds an error for each use of `program` (absolute), and an unknown for what
 * could not be read. -1: out of memory.
 */
int in_use_find(const char *program, struct findings *findings,
		struct err *err) MUST_CHECK;

#endif
