/* SPDX-License-Identifier: Apache-2.0 */
/* Puts back the config.json that the engine wrote. */
#ifndef CAPRUNTIME_CAPCTL_RESTORE_RESTORE_H
#define CAPRUNTIME_CAPCTL_RESTORE_RESTORE_H

#include "base/cleanup.h"
#include "base/err.h"

/*
 * Of a bundle, from its record; without one nothing is done. -1: a container of
 * the bundle lives, or it cannot be read or written.
 */
int restore_config(const char *path, struct err *err) MUST_CHECK;

#endif
