/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/run_name.h"

#include <string.h>

#include "tap.h"

static void a_name_says_who_made_it(void)
{
	const struct run_owner owner = { 4026531836, 17, 4711 };
	struct run_owner found;
	char name[RUN_NAME_SIZE];

	run_name_make(&owner, "XXXXXX", name);
	CHECK_STR(name, "capctl-learn-4026531836-17-4711-XXXXXX");
	CHECK(run_name_parse(name, &found));
	CHECK_U64(found.namespace, owner.namespace);
	CHECK_U64(found.pid, owner.pid);
	CHECK_U64(found.start, owner.start);
	CHECK(run_name_parse("capctl-learn-1-2-3-a-b", &found));
}

static void the_longest_name_fits(void)
{
	const struct run_owner owner = { UINT64_MAX, UINT32_MAX, UINT64_MAX };
	struct run_owner found;
	char name[RUN_NAME_SIZE];

	run_name_make(&owner, "4294967295", name);
	CHECK(strlen(name) < RUN_NAME_SIZE - 1);
	CHECK(run_name_parse(name, &found));
	CHECK_U64(found.start, owner.start);
}

static void other_names_are_nobodys(void)
{
	static const char *const names[] = {
		"",
		"capctl-learn-",
		"capctl-learn-0123456789abcdef",
		"capctl-learn-1-2-3",
		"capctl-learn-1-2-3-",
		"capctl-learn-1-2--a",
		"capctl-learn-+1-2-3-a",
		"capctl-learn-01-2-3-a",
		"capctl-learn-1- 2-3-a",
		"capctl-learn-1-4294967298-3-a",
		"capctl-learn-1-2-99999999999999999999999-a",
		"capctl-learn-x-2-3-a",
		"capctl_1_2",
		"xcapctl-learn-1-2-3-a",
		"capctl-learn-1-2-3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct run_owner found;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		CHECK(!run_name_parse(names[i], &found));
}

static const struct tap_test tests[] = {
	TAP_TEST(a_name_says_who_made_it),
	TAP_TEST(the_longest_name_fits),
	TAP_TEST(other_names_are_nobodys),
};

TAP_MAIN(tests)
