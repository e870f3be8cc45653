/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/match.h"

#include "annotations_of.h"
#include "tap.h"

/* A container that a rule without keys matches. */
static struct match_subject plain_subject(void)
{
	return (struct match_subject){
		.texts = { [MATCH_ID] = "c1", [MATCH_HANDLER] = "capruntime" },
		.numbers = { [MATCH_UID] = 1000, [MATCH_GID] = 100 }
	};
}

/* The key that does not match this subject; NULL: the rule matches. */
static const char *mismatch(const struct match *match,
			    const struct match_subject *subject)
{
	const char *key = "untouched";
	bool matches = match_matches(match, subject, &key);

	CHECK(match_matches(match, subject, NULL) == matches);
	CHECK(!matches || strcmp(key, "untouched") == 0);
	return matches ? NULL : key;
}

static void a_rule_with_no_keys_is_for_any_but_root_and_privileged(void)
{
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.numbers[MATCH_UID] = 0;
	CHECK_STR(mismatch(&match, &subject), "uid");
	subject.numbers[MATCH_UID] = UINT32_MAX - 1;
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.numbers[MATCH_GID] = 0;
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.flags[MATCH_USERNS] = true;
	subject.flags[MATCH_NO_NEW_PRIVILEGES] = true;
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.texts[MATCH_ID] = subject.texts[MATCH_HANDLER] = NULL;
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.flags[MATCH_PRIVILEGED] = true;
	CHECK_STR(mismatch(&match, &subject), "privileged");
}

static void an_unknown_flag_matches_neither_true_nor_false(void)
{
	for (size_t which = 0; which < MATCH_FLAG_COUNT; which++) {
		const char *key = match_flag_key((enum match_flag)which);
		struct match_subject subject = plain_subject();
		struct match match;

		match_init(&match);
		subject.unknown[which] = true;
		match.flags[which] = MATCH_EITHER;
		CHECK_STR(mismatch(&match, &subject), NULL);
		match.flags[which] = MATCH_NO;
		CHECK_STR(mismatch(&match, &subject), key);
		match.flags[which] = MATCH_YES;
		CHECK_STR(mismatch(&match, &subject), key);
		subject.flags[which] = true;
		CHECK_STR(mismatch(&match, &subject), key);
		match.flags[which] = MATCH_NO;
		CHECK_STR(mismatch(&match, &subject), key);
	}
}

static void each_text_is_held_against_its_own_patterns(void)
{
	for (size_t which = 0; which < MATCH_TEXT_COUNT; which++) {
		const char *patterns[] = { "c*", "!c2" };
		struct match_subject subject = plain_subject();
		struct match match;
		const char *key = match_text_key((enum match_text)which);

		match_init(&match);
		match.texts[which] = (struct glob_list){ patterns, 2 };
		for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
			subject.texts[i] = "other";
		CHECK_STR(mismatch(&match, &subject), key);
		subject.texts[which] = "c1";
		CHECK_STR(mismatch(&match, &subject), NULL);
		subject.texts[which] = "c2";
		CHECK_STR(mismatch(&match, &subject), key);
		subject.texts[which] = NULL;
		CHECK_STR(mismatch(&match, &subject), key);
	}
}

static void an_absent_text_does_not_match_even_an_exclusion(void)
{
	const char *patterns[] = { "!x" };
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	match.texts[MATCH_ID] = (struct glob_list){ patterns, 1 };
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.texts[MATCH_ID] = NULL;
	CHECK_STR(mismatch(&match, &subject), "id");
}

static void every_annotation_has_to_match(void)
{
	const char *one[] = { "1" }, *two[] = { "2" };
	struct match_annotation list[] = { { "a", { one, 1 } },
					   { "b", { two, 1 } } };
	struct annotations both CLEANUP_ANNOTATIONS =
		annotations_of("{\"a\":\"1\",\"b\":\"2\"}");
	struct annotations first CLEANUP_ANNOTATIONS =
		annotations_of("{\"a\":\"1\",\"b\":\"3\"}");
	struct annotations second CLEANUP_ANNOTATIONS =
		annotations_of("{\"b\":\"2\"}");
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	match.annotations = list;
	match.annotations_count = 2;
	CHECK_STR(mismatch(&match, &subject), "annotations");
	subject.annotations = &both;
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.annotations = &first;
	CHECK_STR(mismatch(&match, &subject), "annotations");
	subject.annotations = &second;
	CHECK_STR(mismatch(&match, &subject), "annotations");
}

static void each_number_is_held_against_its_own_ranges(void)
{
	struct match_range list[] = { { 5, 5 },
				      { 1000, 1999 },
				      { 4000000000, UINT32_MAX - 1 } };
	static const struct {
		uint32_t number;
		bool matches;
	} cases[] = {
		{ 0, false },	      { 4, false },
		{ 5, true },	      { 6, false },
		{ 999, false },	      { 1000, true },
		{ 1500, true },	      { 1999, true },
		{ 2000, false },      { 3999999999, false },
		{ 4000000000, true }, { UINT32_MAX - 1, true },
	};

	for (size_t which = 0; which < MATCH_NUMBER_COUNT; which++) {
		struct match_subject subject = plain_subject();
		struct match match;

		match_init(&match);
		match.numbers[which] = (struct match_ranges){ list, 3 };
		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			subject.numbers[MATCH_UID] = 7;
			subject.numbers[which] = cases[i].number;
			CHECK((mismatch(&match, &subject) == NULL) ==
			      cases[i].matches);
		}
	}
}

static void uid_0_matches_a_rule_that_asks_for_it(void)
{
	struct match_range zero = { 0, 0 }, all = { 0, UINT32_MAX - 1 };
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	subject.numbers[MATCH_UID] = 0;
	match.numbers[MATCH_UID] = (struct match_ranges){ &zero, 1 };
	CHECK_STR(mismatch(&match, &subject), NULL);
	match.numbers[MATCH_UID] = (struct match_ranges){ &all, 1 };
	CHECK_STR(mismatch(&match, &subject), NULL);
	subject.numbers[MATCH_UID] = 1000;
	CHECK_STR(mismatch(&match, &subject), NULL);
	match.numbers[MATCH_UID] = (struct match_ranges){ &zero, 1 };
	CHECK_STR(mismatch(&match, &subject), "uid");
}

static void a_gid_that_is_not_named_does_not_restrict_root_group(void)
{
	struct match_range some = { 1, 5 };
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	subject.numbers[MATCH_GID] = 0;
	CHECK_STR(mismatch(&match, &subject), NULL);
	match.numbers[MATCH_GID] = (struct match_ranges){ &some, 1 };
	CHECK_STR(mismatch(&match, &subject), "gid");
}

static void each_flag_is_wanted_wanted_not_or_either(void)
{
	for (size_t which = 0; which < MATCH_FLAG_COUNT; which++) {
		static const struct {
			enum match_want want;
			bool is, matches;
		} cases[] = {
			{ MATCH_EITHER, false, true },
			{ MATCH_EITHER, true, true },
			{ MATCH_NO, false, true },
			{ MATCH_NO, true, false },
			{ MATCH_YES, false, false },
			{ MATCH_YES, true, true },
		};
		const char *key = match_flag_key((enum match_flag)which);

		for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
			struct match_subject subject = plain_subject();
			struct match match;

			match_init(&match);
			match.flags[which] = cases[i].want;
			subject.flags[which] = cases[i].is;
			CHECK_STR(mismatch(&match, &subject),
				  cases[i].matches ? NULL : key);
		}
	}
}

static void another_container_of_the_bundle_differs_in_id_and_handler(void)
{
	const char *patterns[] = { "other" };
	const struct glob_list globs = { patterns, 1 };
	struct match_subject subject = plain_subject();
	struct match match;

	match_init(&match);
	CHECK(!match_may_match_other(&match, &subject));
	match.texts[MATCH_ID] = globs;
	CHECK_STR(mismatch(&match, &subject), "id");
	CHECK(match_may_match_other(&match, &subject));
	subject.numbers[MATCH_UID] = 0;
	CHECK(!match_may_match_other(&match, &subject));
	subject = plain_subject();
	match.texts[MATCH_IMAGE] = globs;
	CHECK(!match_may_match_other(&match, &subject));
	match_init(&match);
	match.texts[MATCH_HANDLER] = globs;
	CHECK(match_may_match_other(&match, &subject));
}

static void keys_are_those_of_the_policy(void)
{
	CHECK_STR(match_text_key(MATCH_ID), "id");
	CHECK_STR(match_text_key(MATCH_HANDLER), "handler");
	CHECK_STR(match_number_key(MATCH_UID), "uid");
	CHECK_STR(match_number_key(MATCH_GID), "gid");
	CHECK_STR(match_flag_key(MATCH_USERNS), "userns");
	CHECK_STR(match_flag_key(MATCH_NO_NEW_PRIVILEGES), "no_new_privileges");
	CHECK_STR(match_flag_key(MATCH_PRIVILEGED), "privileged");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_rule_with_no_keys_is_for_any_but_root_and_privileged),
	TAP_TEST(an_unknown_flag_matches_neither_true_nor_false),
	TAP_TEST(each_text_is_held_against_its_own_patterns),
	TAP_TEST(an_absent_text_does_not_match_even_an_exclusion),
	TAP_TEST(every_annotation_has_to_match),
	TAP_TEST(each_number_is_held_against_its_own_ranges),
	TAP_TEST(uid_0_matches_a_rule_that_asks_for_it),
	TAP_TEST(a_gid_that_is_not_named_does_not_restrict_root_group),
	TAP_TEST(each_flag_is_wanted_wanted_not_or_either),
	TAP_TEST(another_container_of_the_bundle_differs_in_id_and_handler),
	TAP_TEST(keys_are_those_of_the_policy),
};

TAP_MAIN(tests)
