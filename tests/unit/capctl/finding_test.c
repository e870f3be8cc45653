/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/finding.h"

#include "tap.h"

static void they_come_in_their_order_with_their_fixes(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	findings_add(&findings, FINDING_OK, "one", "%d %s", 1, "good");
	findings_add(&findings, FINDING_ERROR, "two", "bad");
	findings_fix(&findings, "mend %s", "it");
	CHECK_U64(findings.count, 2);
	CHECK_STR(findings.list[0].text, "1 good");
	CHECK_STR(findings.list[0].fix, NULL);
	CHECK_STR(findings.list[1].topic, "two");
	CHECK_STR(findings.list[1].fix, "mend it");
	CHECK(!findings.failed);
}

static void a_second_fix_stands_for_the_first(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	findings_fix(&findings, "of nothing");
	CHECK_U64(findings.count, 0);
	findings_add(&findings, FINDING_WARNING, "one", "text");
	findings_fix(&findings, "first");
	findings_fix(&findings, "second");
	CHECK_STR(findings.list[0].fix, "second");
}

static void they_are_counted_by_level(void)
{
	static const char *const names[] = { "ok", "warning", "error",
					     "unknown" };
	struct findings findings CLEANUP_FINDINGS = { 0 };

	for (int level = 0; level < FINDING_LEVEL_COUNT; level++)
		for (int i = 0; i <= level; i++)
			findings_add(&findings, (enum finding_level)level, "",
				     "text");
	for (int level = 0; level < FINDING_LEVEL_COUNT; level++) {
		CHECK_U64(findings_count(&findings, (enum finding_level)level),
			  (unsigned long long)level + 1);
		CHECK_STR(findings_level_name((enum finding_level)level),
			  names[level]);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(they_come_in_their_order_with_their_fixes),
	TAP_TEST(a_second_fix_stands_for_the_first),
	TAP_TEST(they_are_counted_by_level),
};

TAP_MAIN(tests)
