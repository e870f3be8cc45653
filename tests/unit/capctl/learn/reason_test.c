/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/reason.h"

#include "tap.h"

static void a_function_leads_to_its_reason(void)
{
	CHECK(learn_reason_of("cap_vm_enough_memory") == LEARN_MEMORY);
	CHECK(learn_reason_of("security_vm_enough_memory_mm") == LEARN_MEMORY);
	CHECK(learn_reason_of("__ptrace_may_access") == LEARN_PROC);
	CHECK(learn_reason_of("ptrace_attach") == LEARN_DECISIVE);
	CHECK(learn_reason_of("ns_capable_noaudit") == LEARN_QUIET);
	CHECK(learn_reason_of("file_ns_capable") == LEARN_FOREIGN);
}

static void other_functions_have_none(void)
{
	CHECK(learn_reason_of("") == LEARN_PLAIN);
	CHECK(learn_reason_of("ns_capable") == LEARN_PLAIN);
	CHECK(learn_reason_of("ns_capable_noaudit_x") == LEARN_PLAIN);
	CHECK(learn_reason_of("ptrace_attac") == LEARN_PLAIN);
}

static void a_family_has_one_reason(void)
{
	CHECK(learn_reason_of("ovl_create_object") == LEARN_FOREIGN);
	CHECK(learn_reason_of("process_vm_rw_core.isra.0") == LEARN_DECISIVE);
	CHECK(learn_reason_of("ovl") == LEARN_PLAIN);
}

/* ptrace(2) also calls what readers of /proc call. */
static void a_decisive_call_hides_a_look(void)
{
	CHECK(LEARN_DECISIVE > LEARN_PROC);
	CHECK(LEARN_PROC > LEARN_QUIET);
	CHECK(LEARN_MEMORY > LEARN_QUIET);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_function_leads_to_its_reason),
	TAP_TEST(other_functions_have_none),
	TAP_TEST(a_family_has_one_reason),
	TAP_TEST(a_decisive_call_hides_a_look),
};

TAP_MAIN(tests)
