/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/first.h"

#include <inttypes.h>
#include <seccomp.h>

#include "base/alloc.h"
#include "base/cleanup.h"

char *learn_call_name(int64_t call)
{
	char *name;

	if (call < 0)
		return NULL;
	name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)call);
	return name ? name : alloc_text("%" PRId64, call);
}

char *learn_first_text(const struct learn_first *first)
{
	char *call CLEANUP_FREE = learn_call_name(first->call);
	const char *program = *first->program ? first->program : "?";

	if (first->error)
		return alloc_text("%s by %s: %s", call ? call : "no call",
				  program, err_reason(first->error));
	return alloc_text("%s by %s", call ? call : "no call", program);
}
