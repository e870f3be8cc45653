/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/result.h"

#include "tap.h"

#define HELD(ambient)                                                          \
	"uid=1 no_new_privs=0 effective=0 bounding=20 inheritable=0 "          \
	"permitted=0 ambient=" ambient

static void check(const char *expected, const char *got, bool names_expected,
		  const char *difference)
{
	struct probe_results results CLEANUP_RESULTS = { 0 };
	const struct probe_comparison comparison = {
		.check = "container",
		.expected = expected,
		.got = got,
		.names_expected = names_expected,
	};
	struct err err = { 0 };

	REQUIRE(results_add(&results, &comparison, &err) == 0);
	CHECK_STR(results.list[0].difference, difference);
	CHECK_U64(results_differences(&results), difference ? 1 : 0);
}

static void equal_texts_do_not_differ(void)
{
	check("nothing is left", "nothing is left", false, NULL);
	check(HELD("0"), HELD("0"), false, NULL);
}

static void two_lines_differ_in_their_sets(void)
{
	check(HELD("20"), HELD("0"), false,
	      "ambient is none, expected CAP_KILL");
}

static void other_texts_are_named(void)
{
	check(HELD("20"), "exit status 1: runc: x", false,
	      "exit status 1: runc: x");
	check("exit status 1: a", "exit status 1: b", true,
	      "exit status 1: b, expected: exit status 1: a");
	check(HELD("20"), NULL, false, "not tried");
}

static const struct tap_test tests[] = {
	TAP_TEST(equal_texts_do_not_differ),
	TAP_TEST(two_lines_differ_in_their_sets),
	TAP_TEST(other_texts_are_named),
};

TAP_MAIN(tests)
