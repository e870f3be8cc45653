/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies the decision for a container to the process file of an exec session
 * in it. Pure: text in, text out.
 */
#ifndef CAPRUNTIME_EXEC_PATCH_H
#define CAPRUNTIME_EXEC_PATCH_H

#include "policy/decide.h"
#include "runtime/call.h"
#include "spec/record.h"

/*
 * ret_text: the changed process file; NULL: no change. Capabilities are raised
 * only for the container's own user. They are dropped for every user except
 * root; for root too, if the container runs as root. The caller frees.
 */
int exec_patch(const struct json_doc *process, const struct record_about *about,
	       const struct own_limits *limits, enum runtime_dialect dialect,
	       char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

#endif
