/* SPDX-License-Identifier: Apache-2.0 */
/* In words: which program and system call asked for a capability first. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_FIRST_H
#define CAPRUNTIME_CAPCTL_LEARN_FIRST_H

#include "capctl/learn/tally.h"

/* The caller frees. NULL: in no system call, or out of memory. */
char *learn_call_name(int64_t call);

/* "bind by /bin/a: permission denied". The caller frees; NULL: out of memory. */
char *learn_first_text(const struct learn_first *first);

#endif
