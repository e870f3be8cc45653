/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/rule.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
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

static void check_rule(const struct learn_rule *rule, const char *expected)
{
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	REQUIRE(learn_rule_print(rule, &text, &len, &err) == 0);
	CHECK_U64(strlen(text), len);
	CHECK_STR(text, expected);
}

static void the_reasons_name_call_program_and_danger(void)
{
	struct learn_tally tally = needing_two();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	err_use_libc_reasons();
	REQUIRE(learn_rule_reasons(&tally, &text, &err) == 0);
	CHECK_STR(
		text,
		"CHOWN (dangerous): fchownat by /bin/\"b\n; NET_RAW: socket by "
		"/bin/a: operation not permitted");
}

static void a_rule_for_an_unknown_container_matches_none(void)
{
	const struct learn_subject subject = { 0 };
	const struct learn_rule rule = {
		.ambient = 1 << CAP_CHOWN | 1 << CAP_NET_RAW,
		.comment = "/bin/\"b\n",
		.subject = &subject,
	};

	check_rule(&rule,
		   "{\n"
		   "  \"version\": 1,\n"
		   "  \"rules\": [\n"
		   "    {\n"
		   "      \"name\": \"learned\",\n"
		   "      \"comment\": \"/bin/\\\"b\\n\",\n"
		   "      \"match\": { \"id\": \"put/the/containers/here\" },\n"
		   "      \"ambient\": [\"CHOWN\", \"NET_RAW\"],\n"
		   "      \"require\": true\n"
		   "    }\n"
		   "  ]\n"
		   "}\n");
}

static void a_rule_names_the_engine_and_who_the_container_is(void)
{
	char namespace[] = "shop", container[] = "web", image[] = "!a/b*:1";
	const struct learn_subject subject = {
		.engine = "cri-o",
		.namespace = namespace,
		.container = container,
		.image = image,
	};
	const struct learn_rule rule = {
		.exact = true,
		.comment = "",
		.subject = &subject,
	};

	check_rule(&rule, "{\n"
			  "  \"version\": 1,\n"
			  "  \"engine\": \"cri-o\",\n"
			  "  \"rules\": [\n"
			  "    {\n"
			  "      \"name\": \"learned\",\n"
			  "      \"comment\": \"\",\n"
			  "      \"match\": { \"namespace\": \"shop\", "
			  "\"container\": \"web\", \"image\": \"?a/b?:1\" },\n"
			  "      \"drop\": \"others\"\n"
			  "    }\n"
			  "  ]\n"
			  "}\n");
}

static void a_capability_without_a_name_is_an_error(void)
{
	struct learn_tally tally = { 0 };
	char *text = NULL;
	struct err err = { 0 };

	tally.need[63].granted = 1;
	CHECK(learn_rule_reasons(&tally, &text, &err) < 0);
	CHECK_STR(err.text, "a capability that this program cannot name");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_reasons_name_call_program_and_danger),
	TAP_TEST(a_rule_for_an_unknown_container_matches_none),
	TAP_TEST(a_rule_names_the_engine_and_who_the_container_is),
	TAP_TEST(a_capability_without_a_name_is_an_error),
};

TAP_MAIN(tests)
