/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule of a policy: its keys, and what may not stand together.
 */
#ifndef CAPRUNTIME_POLICY_RULE_H
#define CAPRUNTIME_POLICY_RULE_H

#include "policy/reader.h"

/* Adds the rule to reader->policy, problems or not. */
void policy_rule_read(struct policy_reader *reader, struct json_value value);

#endif
