/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was decided for a container, applied to the process file of an exec
 * session in it. Pure: text in, text out.
 */
#ifndef CAPRUNTIME_EXEC_PATCH_H
#define CAPRUNTIME_EXEC_PATCH_H

#include "policy/decide.h"
#include "runtime/call.h"
#include "spec/record.h"

/*
 * ret_text: the process file with other sets, or NULL when it stays as it is:
 * raising is for the container's own user, narrowing for any user but root,
 * unless the rule was for root. The caller frees.
 */
int exec_patch(const struct json_doc *process, const struct record_about *about,
	       const struct own_limits *limits, enum runtime_dialect dialect,
	       char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

#endif
