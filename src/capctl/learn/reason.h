/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why does the kernel check a capability? The functions that it was in say it.
 *
 * Rests on: the kernel's kernel/capability.c, security/commoncap.c, mm/util.c,
 * kernel/ptrace.c, fs/overlayfs. A function that a compiler merged into its
 * caller is missing; so more than one name leads to a reason.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_REASON_H
#define CAPRUNTIME_CAPCTL_LEARN_REASON_H

#include <stdbool.h>

/* In the order in which one of them hides another. */
enum learn_reason {
	LEARN_PLAIN, /* nothing special: the call wants it */
	LEARN_QUIET, /* the check is not for the audit log: it is a wish */
	LEARN_FOREIGN, /* of other credentials than the task's */
	LEARN_PROC, /* may this task see another one in /proc? */
	LEARN_DECISIVE, /* of ptrace(2) and similar: plain, not LEARN_PROC */
	LEARN_MEMORY, /* may this task use the last memory? */
};

/* What the functions of a check say so far; it begins with zeros. */
struct learn_stack {
	enum learn_reason reason;
	bool in_vfs; /* one was of the file system's upper layer */
};

/* From the innermost function to the outermost. */
void learn_stack_add(struct learn_stack *stack, const char *function);

#endif
