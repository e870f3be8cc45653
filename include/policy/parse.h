/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the text of a policy. Strict: what it does not understand is a problem
 * with its place.
 */
#ifndef CAPRUNTIME_POLICY_PARSE_H
#define CAPRUNTIME_POLICY_PARSE_H

#include "policy/policy.h"
#include "policy/problems.h"

/*
 * Adds one file (doc->name) to `policy`, which is zeroed before the first file;
 * policy.json comes first. Reading continues after an error in meaning; an
 * error in syntax ends the file.
 */
void policy_parse(struct policy *policy, const struct json_doc *doc,
		  enum policy_part part, struct policy_problems *problems);

#endif
