/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/rule.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include "tap.h"

static struct learn_tally needing_two(void)
{
	struct learn_tally tally = { 0 };

	tally.need[CAP_CHOWN].granted = 1;
	tally.need[CAP_CHOWN].used =
		(struct learn_first){ "/bin/\"b\n", SYS_fchownat, 0 };
	tally.need[CAP_NET_RAW].refused = 2;
	tally.need[CAP_NET_RAW].lacked =
		(struct learn_first){ "/bin/a", SYS_socket, EPERM };
	tally.need[CAP_SYS_ADMIN].noise[LEARN_ACCOUNTING] = 9;
	return tally;
}

static void the_rule_raises_what_is_needed_and_says_why(void)
{
	struct learn_tally tally = needing_two();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	err_use_libc_reasons();
	REQUIRE(learn_rule_make(&tally, &text, &len, &err) == 0);
	CHECK_U64(strlen(text), len);
	CHECK_STR(
		text,
		"{\n"
		"  \"version\": 1,\n"
		"  \"rules\": [\n"
		"    {\n"
		"      \"name\": \"learned\",\n"
		"      \"comment\": \"CHOWN (dangerous): fchownat by /bin/\\\"b\\n; "
		"NET_RAW: socket by /bin/a: operation not permitted\",\n"
		"      \"match\": { \"id\": \"put/the/containers/here\" },\n"
		"      \"ambient\": [\"CHOWN\", \"NET_RAW\"],\n"
		"      \"require\": true\n"
		"    }\n"
		"  ]\n"
		"}\n");
}

static void a_capability_without_a_name_is_an_error(void)
{
	struct learn_tally tally = { 0 };
	char *text = NULL;
	struct err err = { 0 };
	size_t len;

	tally.need[63].granted = 1;
	CHECK(learn_rule_make(&tally, &text, &len, &err) < 0);
	CHECK_STR(err.text, "a capability that this program cannot name");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_rule_raises_what_is_needed_and_says_why),
	TAP_TEST(a_capability_without_a_name_is_an_error),
};

TAP_MAIN(tests)
