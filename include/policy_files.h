/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files the policy is read from, and only when they can be trusted. What
 * they say is policy.h.
 */
#ifndef CAPRUNTIME_POLICY_FILES_H
#define CAPRUNTIME_POLICY_FILES_H

#include "policy.h"

#define POLICY_FILES_MAX 64

/*
 * policy.json and policy.d/NAME.json in the directory of configuration, those in
 * byte order of their names; or $CAPRUNTIME_POLICY alone. No such file is an
 * empty policy; every other trouble is an error, and so is the variable set to
 * what is empty, not absolute or missing. ret_policy is to be freed in every
 * case. On -1 its mode, log and log_file are those of policy.json where that
 * one was in order, else the defaults.
 */
int policy_files_load(struct policy *ret_policy, struct err *err) MUST_CHECK;

/* Is a file of this name in policy.d one of the policy? */
bool policy_files_is_read(const char *name);

#endif
