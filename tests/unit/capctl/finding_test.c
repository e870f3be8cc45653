/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/finding.h"

#include <json-c/json.h>
#include <string.h>

#include "captured.h"
#include "tap.h"

static struct captured captured;

#define BEGIN() (captured = captured_begin())
#define CHECK_WROTE(want)                                                      \
	do {                                                                   \
		char *got_ CLEANUP_FREE = captured_end(&captured);             \
		CHECK_STR(got_, want);                                         \
	} while (0)

static void findings_keep_their_order_and_their_fixes(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	findings_add(&findings, FINDING_OK, "one", "%d %s", 1, "good");
	findings_add(&findings, FINDING_ERROR, "two", "bad");
	findings_fix(&findings, "repair %s", "it");
	CHECK_U64(findings.count, 2);
	CHECK_STR(findings.list[0].text, "1 good");
	CHECK_STR(findings.list[0].fix, NULL);
	CHECK_STR(findings.list[1].topic, "two");
	CHECK_STR(findings.list[1].fix, "repair it");
	CHECK(!findings.failed);
}

static void a_finding_keeps_what_it_is_made_like(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };
	struct finding like = { .level = FINDING_WARNING,
				.code = "shadowed",
				.file = "policy.json",
				.place = { .line = 7, .column = 21 } };

	findings_add_like(&findings, like, "rule %d", 3);
	CHECK_U64(findings.count, 1);
	CHECK_STR(findings.list[0].code, "shadowed");
	CHECK_STR(findings.list[0].topic, NULL);
	CHECK_U64(findings.list[0].place.column, 21);
	CHECK_STR(findings.list[0].text, "rule 3");
}

static void a_finding_without_a_text_makes_the_list_incomplete(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };
	struct err err;

	CHECK(findings_check(&findings, &err) == 0);
	findings_take(&findings, (struct finding){ .fix = strdup("fix") });
	CHECK_U64(findings.count, 0);
	CHECK(findings_check(&findings, &err) < 0);
	CHECK_STR(err.text, "out of memory");
}

static void a_second_fix_replaces_the_first(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	findings_fix(&findings, "of nothing");
	CHECK_U64(findings.count, 0);
	findings_add(&findings, FINDING_WARNING, "one", "text");
	findings_fix(&findings, "first");
	findings_fix(&findings, "second");
	CHECK_STR(findings.list[0].fix, "second");
}

static void findings_are_counted_by_level(void)
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
		CHECK_STR(finding_level_name((enum finding_level)level),
			  names[level]);
	}
}

/* One with every field, one with the fewest. */
static void add_two(struct findings *findings)
{
	struct finding full = { .level = FINDING_ERROR,
				.code = "lost",
				.topic = "web",
				.file = "policy.json",
				.place = { .line = 7, .column = 21 },
				.names = UINT64_C(1) << 13 };

	findings_add_like(findings, full, "is not held");
	findings_fix(findings, "restart it");
	findings_add(findings, FINDING_OK, NULL, "all is well");
}

static void a_table_has_two_fields_the_text_and_the_fix(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	add_two(&findings);
	BEGIN();
	findings_print_table(&findings, FINDING_FIELD_LEVEL,
			     FINDING_FIELD_TOPIC);
	CHECK_WROTE("error  web  NET_RAW: is not held\n"
		    "            fix: restart it\n"
		    "ok          all is well\n");
	BEGIN();
	findings_print_table(&findings, FINDING_FIELD_TOPIC,
			     FINDING_FIELD_CODE);
	CHECK_WROTE("web  lost  NET_RAW: is not held\n"
		    "           fix: restart it\n"
		    "           all is well\n");
}

static void a_line_starts_with_the_place_where_there_is_one(void)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	add_two(&findings);
	BEGIN();
	finding_print_line(&findings.list[0]);
	findings.list[0].place.line = 0;
	finding_print_line(&findings.list[0]);
	finding_print_line(&findings.list[1]);
	CHECK_WROTE("policy.json:7:21: error: is not held\n"
		    "error: is not held\n"
		    "ok: all is well\n");
}

static void json_has_the_keys_of_the_verb(void)
{
	static const struct finding_key keys[] = {
		{ "severity", FINDING_FIELD_LEVEL },
		{ "code", FINDING_FIELD_CODE },
		{ "rule", FINDING_FIELD_TOPIC },
		{ "file", FINDING_FIELD_FILE },
		{ "line", FINDING_FIELD_LINE },
		{ "column", FINDING_FIELD_COLUMN },
		{ "names", FINDING_FIELD_NAMES },
		{ "text", FINDING_FIELD_TEXT },
		{ "fix", FINDING_FIELD_FIX },
	};
	struct findings findings CLEANUP_FINDINGS = { 0 };

	add_two(&findings);
	BEGIN();
	out_json_line(findings_json(&findings, keys, ARRAY_LEN(keys)));
	out_json_line(findings_json(&findings, keys + 7, 1));
	CHECK_WROTE("[{\"severity\":\"error\",\"code\":\"lost\","
		    "\"rule\":\"web\",\"file\":\"policy.json\",\"line\":7,"
		    "\"column\":21,\"names\":[\"CAP_NET_RAW\"],"
		    "\"text\":\"is not held\",\"fix\":\"restart it\"},"
		    "{\"severity\":\"ok\",\"code\":null,\"rule\":null,"
		    "\"file\":null,\"line\":null,\"column\":null,"
		    "\"names\":[],\"text\":\"all is well\",\"fix\":null}]\n"
		    "[{\"text\":\"is not held\"},{\"text\":\"all is well\"}]"
		    "\n");
}

static const struct tap_test tests[] = {
	TAP_TEST(findings_keep_their_order_and_their_fixes),
	TAP_TEST(a_second_fix_replaces_the_first),
	TAP_TEST(findings_are_counted_by_level),
	TAP_TEST(a_finding_keeps_what_it_is_made_like),
	TAP_TEST(a_finding_without_a_text_makes_the_list_incomplete),
	TAP_TEST(a_table_has_two_fields_the_text_and_the_fix),
	TAP_TEST(a_line_starts_with_the_place_where_there_is_one),
	TAP_TEST(json_has_the_keys_of_the_verb),
};

TAP_MAIN(tests)
