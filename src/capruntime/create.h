/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepares a create, run or restore for the real runtime: policy, bundle,
 * decision, patch, audit. Starts and prints nothing.
 */
#ifndef CAPRUNTIME_CREATE_H
#define CAPRUNTIME_CREATE_H

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/call.h"

/*
 * `handler` is the basename of argv[0], `runtime` the path of the real runtime.
 * -1: the container must not start, and config.json is unchanged. ret_lock is
 * the bundle, which can be locked, or -1; the caller closes, or the execve does.
 */
int create_prepare(const struct runtime_args *args, const char *handler,
		   const char *runtime, int *ret_lock,
		   struct err *err) MUST_CHECK;

#endif
