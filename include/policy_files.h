/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files the policy is read from, and only when they can be trusted. What
 * they say is policy.h.
 */
#ifndef CAPRUNTIME_POLICY_FILES_H
#define CAPRUNTIME_POLICY_FILES_H

#include "policy.h"

/*
 * $CAPRUNTIME_POLICY, or else policy.json in the directory of configuration.
 * No such file is an empty policy; every other trouble is an error, and so is
 * the variable set to what is empty, not absolute or missing. ret_policy is
 * then to be freed all the same.
 */
int policy_files_load(struct policy *ret_policy, struct err *err) MUST_CHECK;

#endif
