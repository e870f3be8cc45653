/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/reason.h"

#include <string.h>

#include "base/cleanup.h"

static const struct {
	const char *name; /* with '*' at the end: all that begin so */
	enum learn_reason reason;
} functions[] = {
	{ "cap_vm_enough_memory", LEARN_MEMORY },
	{ "security_vm_enough_memory_mm", LEARN_MEMORY },
	{ "__vm_enough_memory", LEARN_MEMORY },
	{ "ptrace_may_access", LEARN_PROC },
	{ "__ptrace_may_access", LEARN_PROC },
	{ "ptrace_attach", LEARN_DECISIVE },
	{ "process_vm_rw*", LEARN_DECISIVE },
	{ "__do_sys_pidfd_getfd", LEARN_DECISIVE },
	{ "__do_sys_kcmp", LEARN_DECISIVE },
	{ "file_ns_capable", LEARN_FOREIGN },
	{ "ovl_open_realfile", LEARN_FOREIGN },
	{ "ns_capable_noaudit", LEARN_QUIET },
	{ "capable_noaudit", LEARN_QUIET },
	{ "has_ns_capability_noaudit", LEARN_QUIET },
	{ "has_capability_noaudit", LEARN_QUIET },
};

/*
 * overlayfs checks its own files with the task's credentials, and then the
 * files below with those of who mounted it, through these functions.
 */
static const char *const vfs_functions[] = { "inode_permission",
					     "notify_change", "vfs_*",
					     "__vfs_*" };
#define OVERLAY "ovl_*"

static bool is_named(const char *function, const char *name)
{
	size_t len = strcspn(name, "*");

	return strncmp(function, name, len) == 0 &&
	       (name[len] || !function[len]);
}

void learn_stack_add(struct learn_stack *stack, const char *function)
{
	enum learn_reason reason = LEARN_PLAIN;

	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (is_named(function, functions[i].name))
			reason = functions[i].reason;
	if (stack->in_vfs && is_named(function, OVERLAY))
		reason = LEARN_FOREIGN;
	for (size_t i = 0; i < ARRAY_LEN(vfs_functions); i++)
		stack->in_vfs |= is_named(function, vfs_functions[i]);
	if (reason > stack->reason)
		stack->reason = reason;
}
