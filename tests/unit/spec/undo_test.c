/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/undo.h"

#include "base/hash.h"
#include "tap.h"

/* A config.json whose process object has these members. */
#define CONFIG(members)                                                        \
	"{ \"x\": [1.0], \"process\": {" members "}, \"y\":\t{} }\n"
#define BOUNDING_KILL "{\"bounding\":[\"CAP_KILL\"]}"
#define AMBIENT_KILL "{\"bounding\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"]}"
#define AMBIENT_BOTH "{\"ambient\":[\"CAP_KILL\",\"CAP_CHOWN\"]}"
#define BOTH(capabilities, no_new_privileges)                                  \
	CONFIG("\"capabilities\":" capabilities                                \
	       ",\"noNewPrivileges\":" no_new_privileges)
#define ONLY(capabilities) CONFIG("\"capabilities\":" capabilities)

static struct json_doc doc_of(const char *text)
{
	return (struct json_doc){ .name = "config.json",
				  .text = text,
				  .len = strlen(text) };
}

/* A record of one or both changed members; nothing in it is owned. */
static void set_field(struct record *record, enum record_member member,
		      const char *was, const char *wrote, const char *wrote_too)
{
	record->fields[member] = (struct record_field){
		.changed = true,
		.was = (char *)(uintptr_t)was,
		.wrote = { (char *)(uintptr_t)wrote,
			   (char *)(uintptr_t)wrote_too },
		.wrote_count = wrote_too ? 2 : 1,
	};
}

/* Records `config` as written by capruntime. */
static void set_file(struct record *record, const char *config)
{
	record->files[0] = (struct record_file){
		strlen(config), hash_words(PIECES_OF(config, strlen(config)))
	};
	record->file_count = 1;
}

/* The caller frees. */
static char *revert(const char *config, const struct record *record, bool exact)
{
	struct json_doc doc = doc_of(config);
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;

	if (!CHECK(undo_revert(&doc, record, exact, &text, &len, &err) == 0))
		printf("#   %s\n", err.text);
	if (text)
		CHECK_U64(strlen(text), len);
	return text;
}

static char *restore(const char *config, const struct record *record)
{
	return revert(config, record, true);
}

/* In a file that capruntime did not write. */
static void check_narrowed(const char *config, const struct record *record,
			   const char *want)
{
	char *got CLEANUP_FREE = revert(config, record, false);

	CHECK_STR(got, want);
}

static void check_restored(const char *config, const struct record *record,
			   const char *want)
{
	char *got CLEANUP_FREE = restore(config, record);

	CHECK_STR(got, want);
}

static void without_a_record_nothing_is_taken_back(void)
{
	check_restored(BOTH(AMBIENT_KILL, "true"), NULL,
		       BOTH(AMBIENT_KILL, "true"));
	check_restored("{}", NULL, "{}");
	check_restored("7", NULL, "7");
}

static void a_value_of_ours_becomes_what_was_there(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	check_restored(ONLY(AMBIENT_KILL), &record, ONLY(BOUNDING_KILL));
	check_restored(ONLY(AMBIENT_BOTH), &record, ONLY(AMBIENT_BOTH));
	check_restored(ONLY("null"), &record, ONLY("null"));
	check_restored(CONFIG(""), &record, CONFIG(""));
}

static void a_value_written_before_the_last_is_ours_too(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_BOTH,
		  AMBIENT_KILL);
	check_restored(ONLY(AMBIENT_KILL), &record, ONLY(BOUNDING_KILL));
	check_restored(ONLY(AMBIENT_BOTH), &record, ONLY(BOUNDING_KILL));
}

static void sets_of_names_are_compared_and_not_bytes(void)
{
	static const char *const same[] = {
		"{\"ambient\":[\"CAP_CHOWN\",\"CAP_KILL\"]}",
		"{ \"ambient\" : [ \"CAP_KILL\",\n\"CAP_CHOWN\" ] }",
		"{\"ambient\":[\"CAP_KILL\",\"CAP_CHOWN\",\"CAP_KILL\"]}",
		"{\"\\u0061mbient\":[\"CAP_\\u004bILL\",\"CAP_CHOWN\"]}",
		"{\"bounding\":null,\"ambient\":[\"CAP_CHOWN\",\"CAP_KILL\"]}",
	};
	static const char *const other[] = {
		"{\"ambient\":[\"CAP_CHOWN\"]}",
		"{\"ambient\":[\"CAP_CHOWN\",\"CAP_KILL\",\"CAP_FOO\"]}",
		"{\"ambient\":[\"CAP_CHOWN\",\"KILL\"]}",
		"{\"ambient\":[\"CAP_CHOWN\",\"CAP_KILL\"],\"bounding\":[]}",
		"{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\"]}",
	};
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, "{}", AMBIENT_BOTH, NULL);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		char config[256];

		snprintf(config, sizeof(config), ONLY("%s"), same[i]);
		check_restored(config, &record, ONLY("{}"));
	}
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		char config[256];

		snprintf(config, sizeof(config), ONLY("%s"), other[i]);
		check_restored(config, &record, config);
	}
}

static void what_is_no_object_is_no_value_of_ours(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, "{}", NULL);
	check_restored(ONLY("{ }"), &record, ONLY(BOUNDING_KILL));
	check_restored(ONLY("null"), &record, ONLY("null"));
	check_restored(ONLY("[]"), &record, ONLY("[]"));
	check_restored(ONLY("7"), &record, ONLY("7"));
}

static void each_member_is_taken_back_on_its_own(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	set_field(&record, RECORD_NO_NEW_PRIVILEGES, "false", "true", NULL);
	check_restored(BOTH(AMBIENT_KILL, "true"), &record,
		       BOTH(BOUNDING_KILL, "false"));
	check_restored(BOTH(AMBIENT_KILL, "null"), &record,
		       BOTH(BOUNDING_KILL, "null"));
	check_restored(BOTH(AMBIENT_BOTH, "true"), &record,
		       BOTH(AMBIENT_BOTH, "false"));
}

static void a_member_that_was_not_there_is_taken_out(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_NO_NEW_PRIVILEGES, NULL, "true", NULL);
	check_restored(BOTH("{}", "true"), &record, ONLY("{}"));
	check_restored(BOTH("{}", "false"), &record, BOTH("{}", "false"));
}

static void a_file_is_ours_if_each_byte_is(void)
{
	static const char ours[] = ONLY(AMBIENT_KILL);
	static const char other[] = ONLY(BOUNDING_KILL);
	struct json_doc doc = doc_of(ours), changed = doc_of(other);
	struct record record = { 0 };

	CHECK(!undo_is_exact(&doc, NULL));
	CHECK(!undo_is_exact(&doc, &record));
	set_file(&record, ours);
	CHECK(undo_is_exact(&doc, &record));
	CHECK(!undo_is_exact(&changed, &record));
	record.files[1] = record.files[0];
	record.file_count = 2;
	record.files[0].digest++;
	CHECK(undo_is_exact(&doc, &record));
	record.files[1].length++;
	CHECK(!undo_is_exact(&doc, &record));
}

static void in_a_file_of_others_a_grant_goes_and_a_limit_stays(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	set_field(&record, RECORD_NO_NEW_PRIVILEGES, "false", "true", NULL);
	check_narrowed(
		BOTH(AMBIENT_KILL, "true"), &record,
		BOTH("{\"bounding\":[\"CAP_KILL\"],\"ambient\":[]}", "true"));
	set_field(&record, RECORD_CAPABILITIES, AMBIENT_BOTH,
		  "{\"ambient\":[\"CAP_CHOWN\"]}", NULL);
	set_field(&record, RECORD_NO_NEW_PRIVILEGES, NULL, "true", NULL);
	check_narrowed(BOTH("{\"ambient\":[\"CAP_CHOWN\"]}", "true"), &record,
		       BOTH("{\"ambient\":[\"CAP_CHOWN\"]}", "true"));
}

static void a_narrower_value_keeps_unknown_names(void)
{
	struct record record = { 0 };

	set_field(&record, RECORD_CAPABILITIES, "{\"bounding\":[\"CAP_X\"]}",
		  "{\"bounding\":[\"CAP_KILL\",\"CAP_X\"]}", NULL);
	check_narrowed(ONLY("{\"bounding\":[\"CAP_X\",\"CAP_KILL\"]}"), &record,
		       ONLY("{\"bounding\":[\"CAP_X\"]}"));
}

static char *planned_config; /* by the last plan; NULL: none */

/* A create with `config` and its record; the caller owns the plan. */
static struct undo_plan make_plan(const char *config,
				  const struct record *record,
				  const struct undo_target *target,
				  const struct record_about *about)
{
	char *restored_text CLEANUP_FREE = restore(config, record);
	char *record_text CLEANUP_FREE = NULL;
	struct json_doc doc = doc_of(config), restored = doc_of(restored_text);
	struct undo_plan plan = { 0 };
	struct err err = { 0 };

	if (record && record_print(record, &record_text, &err) < 0)
		CHECK(false);
	if (!CHECK(undo_plan_make(&plan, &doc, &restored, record, record_text,
				  target, about, &err) == 0))
		printf("#   %s\n", err.text);
	free(planned_config);
	planned_config = plan.config.count ? pieces_join(&plan.config) : NULL;
	if (planned_config)
		CHECK_U64(strlen(planned_config), plan.config.len);
	return plan;
}

static struct record_about about_rule(void)
{
	static char id[] = "id", rule[] = "rule";

	return (struct record_about){ .id = id, .rule = rule, .uid = 1000 };
}

/* The plan's record of one member. */
static void check_field(const struct undo_plan *plan, enum record_member member,
			const char *was, const char *wrote,
			const char *wrote_too)
{
	struct record got CLEANUP_RECORD = { 0 };
	const struct record_field *field = &got.fields[member];
	struct json_doc doc;
	struct err err = { 0 };

	REQUIRE(plan->record);
	doc = doc_of(plan->record);
	REQUIRE(record_parse(&got, &doc, &err) == 0);
	CHECK(field->changed == (wrote != NULL));
	CHECK_STR(field->was, was);
	CHECK_STR(field->wrote[0], wrote);
	CHECK_STR(field->wrote[1], wrote_too);
}

static void nothing_to_do_plans_nothing(void)
{
	struct record_about about = about_rule();
	const struct undo_target none = { 0 };
	struct undo_plan plan CLEANUP_PLAN =
		make_plan(ONLY(BOUNDING_KILL), NULL, &none, &about);

	CHECK(!plan.record && !plan.config.count && !plan.remove_record);
}

static void a_first_change_is_recorded_with_what_was_there(void)
{
	struct record_about about = about_rule();
	const struct undo_target target = { .values = { AMBIENT_KILL,
							"true" } };
	struct undo_plan plan CLEANUP_PLAN =
		make_plan(ONLY(BOUNDING_KILL), NULL, &target, &about);

	CHECK_STR(planned_config, BOTH(AMBIENT_KILL, "true"));
	CHECK(!plan.remove_record);
	check_field(&plan, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		    NULL);
	check_field(&plan, RECORD_NO_NEW_PRIVILEGES, NULL, "true", NULL);
}

static void a_second_change_keeps_what_config_still_holds(void)
{
	struct record_about about = about_rule();
	const struct undo_target target = { .values = { AMBIENT_BOTH, NULL } };
	struct record record = { .about = about };
	struct undo_plan plan CLEANUP_PLAN = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	set_field(&record, RECORD_NO_NEW_PRIVILEGES, NULL, "true", NULL);
	plan = make_plan(BOTH(AMBIENT_KILL, "true"), &record, &target, &about);
	CHECK_STR(planned_config, ONLY(AMBIENT_BOTH));
	CHECK(!plan.remove_record);
	check_field(&plan, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_BOTH,
		    AMBIENT_KILL);
	check_field(&plan, RECORD_NO_NEW_PRIVILEGES, NULL, "true", NULL);
}

static void what_is_in_place_is_not_written_again(void)
{
	struct record_about about = about_rule();
	const struct undo_target target = { .values = { AMBIENT_KILL, NULL } };
	struct record record = { .about = about };
	struct undo_plan plan CLEANUP_PLAN = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	set_file(&record, ONLY(AMBIENT_KILL));
	plan = make_plan(ONLY(AMBIENT_KILL), &record, &target, &about);
	CHECK(!plan.record && !plan.config.count && !plan.remove_record);
}

static void another_id_root_rule_or_decision_is_recorded(void)
{
	const struct undo_target target = { .values = { AMBIENT_KILL, NULL } };
	static char other[] = "other";

	for (int i = 0; i < 6; i++) {
		struct record_about about = about_rule();
		struct record record = { .about = about_rule() };
		struct undo_plan plan CLEANUP_PLAN = { 0 };

		set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL,
			  AMBIENT_KILL, NULL);
		about.id = i == 0 ? other : about.id;
		about.root = i == 1 ? other : about.root;
		about.rule = i == 2 ? other : about.rule;
		about.uid = i == 3 ? 7 : about.uid;
		about.wanted = i == 4;
		about.exec = i == 5;
		plan = make_plan(ONLY(AMBIENT_KILL), &record, &target, &about);
		CHECK(plan.record && !plan.config.count && !plan.remove_record);
	}
}

static void a_rule_for_exec_sessions_alone_leaves_a_record(void)
{
	struct record_about about = about_rule();
	const struct undo_target none = { 0 };
	struct undo_plan plan CLEANUP_PLAN = { 0 };

	about.exec = true;
	plan = make_plan(ONLY(BOUNDING_KILL), NULL, &none, &about);
	CHECK(plan.record && !plan.config.count && !plan.remove_record);
	check_field(&plan, RECORD_CAPABILITIES, NULL, NULL, NULL);
}

static void without_a_rule_all_is_taken_back(void)
{
	const struct record_about about = { 0 };
	const struct undo_target none = { 0 };
	struct record record = { .about = about_rule() };
	struct undo_plan plan CLEANUP_PLAN = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	plan = make_plan(ONLY(AMBIENT_KILL), &record, &none, &about);
	CHECK(!plan.record && plan.remove_record);
	CHECK_STR(planned_config, ONLY(BOUNDING_KILL));
}

static void a_record_that_the_engine_made_void_is_removed(void)
{
	const struct record_about about = { 0 };
	const struct undo_target none = { 0 };
	struct record record = { .about = about_rule() };
	struct undo_plan plan CLEANUP_PLAN = { 0 };

	set_field(&record, RECORD_CAPABILITIES, BOUNDING_KILL, AMBIENT_KILL,
		  NULL);
	plan = make_plan(ONLY(AMBIENT_BOTH), &record, &none, &about);
	CHECK(!plan.record && !plan.config.count && plan.remove_record);
}

static void a_record_over_its_limit_is_refused(void)
{
	char *config CLEANUP_FREE = calloc(1, RECORD_MAX + 256);
	const struct undo_target target = { .values = { AMBIENT_KILL, NULL } };
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	struct record_about about = about_rule();
	struct err err = { 0 };
	struct json_doc doc;

	REQUIRE(config);
	snprintf(config, RECORD_MAX + 256, ONLY("{\"bounding\":[%*s]}"),
		 (int)RECORD_MAX, "");
	doc = doc_of(config);
	CHECK(undo_plan_make(&plan, &doc, &doc, NULL, NULL, &target, &about,
			     &err) == -1);
	CHECK_HAS(err.text, "'config.json'");
	CHECK(!plan.record && !plan.config.count && !plan.remove_record);
}

static void an_owner_is_named_only_if_nothing_else_is_written(void)
{
	struct undo_target target = { .names_owner = true };
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	struct record read CLEANUP_RECORD = { 0 };
	struct record_about about = about_rule();
	struct json_doc doc = doc_of(ONLY(BOUNDING_KILL)), record;
	struct err err = { 0 };

	about.rule = NULL;
	about.exec = false;
	REQUIRE(undo_plan_make(&plan, &doc, &doc, NULL, NULL, &target, &about,
			       &err) == 0);
	CHECK(!plan.record && !plan.config.count && !plan.remove_record);
	REQUIRE(plan.owner);
	record = doc_of(plan.owner);
	CHECK(record_parse(&read, &record, &err) == 0);
	CHECK_STR(read.about.id, about.id);
	CHECK(!record_is_needed(&read));
	undo_plan_free(&plan);
	about = about_rule();
	target.values[RECORD_CAPABILITIES] = AMBIENT_KILL;
	REQUIRE(undo_plan_make(&plan, &doc, &doc, NULL, NULL, &target, &about,
			       &err) == 0);
	CHECK(plan.record && plan.config.count && !plan.owner);
}

/* It then belongs to another container, which is safe: it is rewritten. */
static void an_id_that_is_no_utf8_leaves_a_record_that_can_be_read(void)
{
	const struct undo_target target = { .values = { AMBIENT_KILL, NULL } };
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	struct record read CLEANUP_RECORD = { 0 };
	struct record_about about = about_rule();
	struct json_doc doc = doc_of(ONLY(BOUNDING_KILL));
	static char odd[] = "/run/\xff";
	struct json_doc record;
	struct err err = { 0 };

	about.root = about.id = odd;
	REQUIRE(undo_plan_make(&plan, &doc, &doc, NULL, NULL, &target, &about,
			       &err) == 0);
	record = doc_of(plan.record);
	CHECK(record_parse(&read, &record, &err) == 0);
	CHECK_STR(read.about.id, "/run/\xef\xbf\xbd");
}

static void a_change_needs_a_process_object(void)
{
	static const char *const texts[] = { "{}", "{\"process\":null}",
					     "{\"process\":[]}",
					     "{\"Process\":{}}", "[]" };
	const struct undo_target target = { .values = { "{}" } };
	const struct record_about about = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct undo_plan plan CLEANUP_PLAN = { 0 };
		struct json_doc doc = doc_of(texts[i]);
		struct err err = { 0 };

		CHECK(undo_plan_make(&plan, &doc, &doc, NULL, NULL, &target,
				     &about, &err) == -1);
		CHECK_STR(err.text, "'config.json' has no process object");
		CHECK(!plan.config.count && !plan.record);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(without_a_record_nothing_is_taken_back),
	TAP_TEST(a_value_of_ours_becomes_what_was_there),
	TAP_TEST(a_value_written_before_the_last_is_ours_too),
	TAP_TEST(sets_of_names_are_compared_and_not_bytes),
	TAP_TEST(what_is_no_object_is_no_value_of_ours),
	TAP_TEST(each_member_is_taken_back_on_its_own),
	TAP_TEST(a_member_that_was_not_there_is_taken_out),
	TAP_TEST(a_file_is_ours_if_each_byte_is),
	TAP_TEST(in_a_file_of_others_a_grant_goes_and_a_limit_stays),
	TAP_TEST(a_narrower_value_keeps_unknown_names),
	TAP_TEST(nothing_to_do_plans_nothing),
	TAP_TEST(a_first_change_is_recorded_with_what_was_there),
	TAP_TEST(a_second_change_keeps_what_config_still_holds),
	TAP_TEST(what_is_in_place_is_not_written_again),
	TAP_TEST(another_id_root_rule_or_decision_is_recorded),
	TAP_TEST(a_rule_for_exec_sessions_alone_leaves_a_record),
	TAP_TEST(without_a_rule_all_is_taken_back),
	TAP_TEST(a_record_that_the_engine_made_void_is_removed),
	TAP_TEST(a_record_over_its_limit_is_refused),
	TAP_TEST(an_owner_is_named_only_if_nothing_else_is_written),
	TAP_TEST(an_id_that_is_no_utf8_leaves_a_record_that_can_be_read),
	TAP_TEST(a_change_needs_a_process_object),
};

TAP_MAIN(tests)
