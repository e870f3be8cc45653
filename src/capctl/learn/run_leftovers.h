/* SPDX-License-Identifier: Apache-2.0 */
/* Removes what a killed capctl left of its runs (bundle_run.h). */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RUN_LEFTOVERS_H
#define CAPRUNTIME_CAPCTL_LEARN_RUN_LEFTOVERS_H

#include "capctl/learn/bundle_run.h"

/*
 * Containers below the root of `run`, the changes of their bundles, and private
 * directories beside that of `run`. What cannot be removed stays: if it is in
 * the way, the next create says so.
 */
void run_leftovers_remove(const struct bundle_run *run);

#endif
