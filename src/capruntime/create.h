/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a create or run takes before the real runtime is called: policy,
 * bundle, decision, patch, audit. It starts nothing and prints nothing.
 */
#ifndef CAPRUNTIME_CREATE_H
#define CAPRUNTIME_CREATE_H

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/call.h"

/*
 * `handler` is the name that capruntime was called by, `runtime` the path of
 * the real runtime. -1: the container must not start; config.json is then the
 * old one, whole.
 */
int create_prepare(const struct runtime_args *args, const char *handler,
		   const char *runtime, struct err *err) MUST_CHECK;

#endif
