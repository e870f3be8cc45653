/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/first.h"

#include <errno.h>
#include <sys/syscall.h>

#include "tap.h"

static void check_text(struct learn_first first, const char *want)
{
	char *text CLEANUP_FREE = learn_first_text(&first);

	CHECK_STR(text, want);
}

static void a_call_has_its_name(void)
{
	char *name CLEANUP_FREE = learn_call_name(SYS_bind);
	char *unknown CLEANUP_FREE = learn_call_name(99999);

	CHECK_STR(name, "bind");
	CHECK_STR(unknown, "99999");
	CHECK(!learn_call_name(-1));
}

static void the_text_has_call_program_and_error(void)
{
	err_use_libc_reasons();
	check_text((struct learn_first){ "/bin/a", SYS_bind, EACCES },
		   "bind by /bin/a: permission denied");
	check_text((struct learn_first){ "/bin/a", SYS_bind, 0 },
		   "bind by /bin/a");
	check_text((struct learn_first){ "", -1, 0 }, "no call by ?");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_call_has_its_name),
	TAP_TEST(the_text_has_call_program_and_error),
};

TAP_MAIN(tests)
