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
	{ "ovl_*", LEARN_FOREIGN },
	{ "file_ns_capable", LEARN_FOREIGN },
	{ "ns_capable_noaudit", LEARN_QUIET },
	{ "capable_noaudit", LEARN_QUIET },
	{ "has_ns_capability_noaudit", LEARN_QUIET },
	{ "has_capability_noaudit", LEARN_QUIET },
};

enum learn_reason learn_reason_of(const char *function)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		const char *name = functions[i].name;
		size_t len = strcspn(name, "*");

		if (strncmp(function, name, len) == 0 &&
		    (name[len] || !function[len]))
			return functions[i].reason;
	}
	return LEARN_PLAIN;
}
