/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/location.h"

#include "tap.h"
#include "testdata.h"

static const char policy_text[] =
	"{\"version\":1,\"rules\":[{\"name\":\"z\",\"match\":{}},"
	"{ \"na\\u006de\": \"r\", \"match\": {\"id\": [\"a\", \"b\"], \"handler\": \"c\","
	" \"annotations\": {\"id\": \"d\"}}, \"drop\": \"others\", \"comment\": \"\"}]}";

/* What stands where the location is found, up to there. */
static void check_spot(struct lint_location location, const char *want)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(policy_text);
	struct policy_problems problems = { 0 };
	struct policy policy CLEANUP_POLICY = { 0 };
	size_t offset;

	policy_read(&policy, &data.doc, POLICY_MAIN, &problems);
	CHECK_STR(problems.first.text, "");
	REQUIRE(policy.count == 2);
	offset = lint_locate(&location, &policy.rules[1], &data.doc);
	REQUIRE(offset < data.doc.len);
	if (!CHECK(strncmp(data.doc.text + offset, want, strlen(want)) == 0))
		printf("#   want: %s\n#   got:  %.*s\n", want,
		       (int)(data.doc.len - offset), data.doc.text + offset);
}

static void a_value_is_found_by_its_keys(void)
{
	check_spot((struct lint_location){ .key = NULL }, "{ \"na");
	check_spot((struct lint_location){ .key = "name" }, "\"r\"");
	check_spot((struct lint_location){ .key = "match" }, "{\"id\"");
	check_spot((struct lint_location){ "match", "id", LINT_WHOLE },
		   "[\"a\"");
	check_spot((struct lint_location){ "match", "id", 0 }, "\"a\"");
	check_spot((struct lint_location){ "match", "id", 1 }, "\"b\"");
	check_spot((struct lint_location){ "match", "handler", 0 }, "\"c\"");
	check_spot((struct lint_location){ "match", "annotations", 0 },
		   "{\"id\"");
	check_spot((struct lint_location){ .key = "drop" }, "\"others\"");
}

static void what_is_not_there_is_found_where_it_would_be(void)
{
	check_spot((struct lint_location){ .key = "ambient" }, "{ \"na");
	check_spot((struct lint_location){ "match", "uid", 0 }, "{\"id\"");
	check_spot((struct lint_location){ "match", "id", 2 }, "[\"a\"");
	check_spot((struct lint_location){ "drop", "id", 0 }, "\"others\"");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_value_is_found_by_its_keys),
	TAP_TEST(what_is_not_there_is_found_where_it_would_be),
};

TAP_MAIN(tests)
