/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one rule of a policy and checks its keys against each other. */
#ifndef CAPRUNTIME_POLICY_RULE_H
#define CAPRUNTIME_POLICY_RULE_H

#include "policy/reader.h"

/* Adds the rule to reader->policy, also after problems. */
void policy_rule_read(struct policy_reader *reader, struct json_value value);

#endif
