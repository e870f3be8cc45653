/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <linux/capability.h>

#include "capctl/run/run.h"

#include "tap.h"

#define BIT(number) (UINT64_C(1) << (number))
#define KERNEL (BIT(CAP_CHECKPOINT_RESTORE)) /* all below it */

static bool parse(const char *text, capmask *ret_mask, struct err *err)
{
	return run_list_parse("ambient", text, KERNEL - 1, ret_mask, err) == 0;
}

static void names_are_as_in_a_policy(void)
{
	struct err err = { 0 };
	capmask mask = 0;

	CHECK(parse("NET_RAW", &mask, &err));
	CHECK_U64(mask, BIT(CAP_NET_RAW));
	CHECK(parse("cap_net_raw,Kill,CAP_NET_RAW", &mask, &err));
	CHECK_U64(mask, BIT(CAP_NET_RAW) | BIT(CAP_KILL));
	CHECK(parse("all", &mask, &err));
	CHECK_U64(mask, KERNEL - 1);
	CHECK(parse("none", &mask, &err));
	CHECK_U64(mask, 0);
}

static void other_words_are_refused(void)
{
	static const char *const texts[] = {
		"",	 "NET_RAW,", ",NET_RAW", "NET_RAW,,KILL", "all,KILL",
		"-1",	 "13",	     "NET_RWA",	 "NET_RAW KILL",  "none,KILL",
		" KILL",
	};
	struct err err;
	capmask mask;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!CHECK(!parse(texts[i], &mask, &err) &&
			   strstr(err.text, "unknown capability")))
			printf("# '%s'\n", texts[i]);
}

static void what_the_kernel_does_not_have_is_named(void)
{
	struct err err = { 0 };
	capmask mask;

	CHECK(!parse("KILL,CHECKPOINT_RESTORE", &mask, &err));
	CHECK_STR(
		err.text,
		"'--ambient': this kernel has no capability CHECKPOINT_RESTORE");
}

static const struct tap_test tests[] = {
	TAP_TEST(names_are_as_in_a_policy),
	TAP_TEST(other_words_are_refused),
	TAP_TEST(what_the_kernel_does_not_have_is_named),
};

TAP_MAIN(tests)
