/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/reason.h"

#include "tap.h"

/* Of a stack with these functions, separated by blanks, the innermost first. */
static enum learn_reason reason(const char *functions)
{
	char *copy CLEANUP_FREE = strdup(functions), *rest = copy, *function;
	struct learn_stack stack = { 0 };

	while ((function = strsep(&rest, " ")))
		learn_stack_add(&stack, function);
	return stack.reason;
}

static void a_function_leads_to_its_reason(void)
{
	CHECK(reason("cap_vm_enough_memory") == LEARN_MEMORY);
	CHECK(reason("cap_capable security_vm_enough_memory_mm do_mmap") ==
	      LEARN_MEMORY);
	CHECK(reason("__ptrace_may_access") == LEARN_PROC);
	CHECK(reason("ptrace_attach") == LEARN_DECISIVE);
	CHECK(reason("process_vm_rw_core.isra.0") == LEARN_DECISIVE);
	CHECK(reason("ns_capable_noaudit") == LEARN_QUIET);
	CHECK(reason("file_ns_capable") == LEARN_FOREIGN);
}

static void other_functions_have_none(void)
{
	CHECK(reason("") == LEARN_PLAIN);
	CHECK(reason("ns_capable") == LEARN_PLAIN);
	CHECK(reason("ns_capable_noaudit_x") == LEARN_PLAIN);
	CHECK(reason("ptrace_attac") == LEARN_PLAIN);
}

/* ptrace(2) also calls what readers of /proc call. */
static void a_decisive_call_hides_a_look(void)
{
	CHECK(reason("has_ns_capability_noaudit __ptrace_may_access "
		     "proc_pid_get_link") == LEARN_PROC);
	CHECK(reason("__ptrace_may_access ptrace_attach") == LEARN_DECISIVE);
	CHECK(reason("ptrace_attach __ptrace_may_access") == LEARN_DECISIVE);
	CHECK(reason("ns_capable_noaudit cap_vm_enough_memory") ==
	      LEARN_MEMORY);
}

/* The root file system of most containers is an overlay. */
static void overlayfs_asks_for_the_task_and_for_its_mounter(void)
{
	CHECK(reason("capable_wrt_inode_uidgid setattr_prepare ovl_setattr "
		     "notify_change chown_common") == LEARN_PLAIN);
	CHECK(reason("capable_wrt_inode_uidgid setattr_prepare ext4_setattr "
		     "notify_change ovl_setattr notify_change "
		     "chown_common") == LEARN_FOREIGN);
	CHECK(reason("generic_permission ovl_permission inode_permission "
		     "link_path_walk") == LEARN_PLAIN);
	CHECK(reason("generic_permission inode_permission ovl_permission "
		     "inode_permission") == LEARN_FOREIGN);
	CHECK(reason("xattr_permission vfs_getxattr ovl_getxattr_value") ==
	      LEARN_FOREIGN);
	CHECK(reason("ns_capable ovl_open_realfile ovl_open vfs_open") ==
	      LEARN_FOREIGN);
	CHECK(reason("setattr_prepare ext4_setattr notify_change "
		     "chown_common") == LEARN_PLAIN);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_function_leads_to_its_reason),
	TAP_TEST(other_functions_have_none),
	TAP_TEST(a_decisive_call_hides_a_look),
	TAP_TEST(overlayfs_asks_for_the_task_and_for_its_mounter),
};

TAP_MAIN(tests)
