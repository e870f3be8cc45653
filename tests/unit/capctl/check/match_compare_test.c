/* SPDX-License-Identifier: Apache-2.0 */
/* No claim is wrong. Which are made is tested in tests/data/policies/lint. */
#include "config.h"

#include "capctl/check/match_compare.h"

#include "match_random.h"
#include "tap.h"

#define PLENTY                                                                 \
	{                                                                      \
		.left = 1000000                                                \
	}

/* A relation between two matches, compared with containers. */
struct claims {
	struct match one, other;
	bool covers, apart, is_void, is_everything;
};

static void make_claims(struct claims *claims, struct choices *choices)
{
	struct glob_work work = PLENTY;
	const char *key;

	match_random(choices, &claims->one);
	match_random(choices, &claims->other);
	claims->covers = match_includes(&claims->one, &claims->other, &work);
	claims->apart = match_are_disjoint(&claims->one, &claims->other, &work);
	claims->is_void = match_is_empty(&claims->one, &key, &work);
	claims->is_everything = match_is_universal(&claims->one);
}

static bool is_plain(const struct match_subject *subject)
{
	const char *namespace = subject->texts[MATCH_NAMESPACE];
	const char *id = subject->texts[MATCH_ID];

	return namespace && *namespace && id && *id &&
	       subject->numbers[MATCH_UID] && !subject->flags[MATCH_PRIVILEGED];
}

static bool is_refuted(const struct claims *claims, struct choices *choices)
{
	struct random_subject random;
	bool one, other;

	match_random_subject(choices, &random);
	one = match_matches(&claims->one, &random.subject, NULL);
	other = match_matches(&claims->other, &random.subject, NULL);
	return (claims->covers && other && !one) ||
	       (claims->apart && one && other) || (claims->is_void && one) ||
	       (claims->is_everything && !one && is_plain(&random.subject));
}

static void no_container_refutes_what_was_proven(void)
{
	struct choices choices = { .prng = { 0xc0ffee } };
	size_t covered = 0, apart = 0, is_void = 0, everything = 0;

	for (size_t round = 0; round < 20000; round++) {
		struct claims claims;

		make_claims(&claims, &choices);
		covered += claims.covers;
		apart += claims.apart;
		is_void += claims.is_void;
		everything += claims.is_everything;
		for (size_t i = 0; i < 100; i++)
			if (!CHECK(!is_refuted(&claims, &choices)))
				round = SIZE_MAX - 1;
		arena_free(&choices.memory);
	}
	/* Otherwise nothing was tested. */
	CHECK(covered > 500 && apart > 500 && is_void > 500 && everything > 50);
}

static void a_match_covers_itself_and_is_not_apart_from_it(void)
{
	struct choices choices = { .prng = { 0xbeef } };

	for (size_t round = 0; round < 2000; round++) {
		struct glob_work work = PLENTY;
		struct match match;
		const char *key;

		match_random(&choices, &match);
		if (!match_is_empty(&match, &key, &work)) {
			CHECK(match_includes(&match, &match, &work));
			CHECK(!match_are_disjoint(&match, &match, &work));
		}
		arena_free(&choices.memory);
	}
}

static void nothing_is_proven_without_work(void)
{
	struct glob_work work = { .left = 0 };
	struct match one, other;
	const char *key;

	match_init(&one);
	match_init(&other);
	other.flags[MATCH_USERNS] = MATCH_YES;
	CHECK(!match_includes(&one, &other, &work));
	CHECK(!match_is_empty(&one, &key, &work));
	other.numbers[MATCH_UID] =
		(struct match_ranges){ &(struct match_range){ 0, 0 }, 1 };
	CHECK(!match_are_disjoint(&one, &other, &work));
	work.left = 100;
	CHECK(match_are_disjoint(&one, &other, &work));
	CHECK(work.left < 100);
}

static const struct tap_test tests[] = {
	TAP_TEST(no_container_refutes_what_was_proven),
	TAP_TEST(a_match_covers_itself_and_is_not_apart_from_it),
	TAP_TEST(nothing_is_proven_without_work),
};

TAP_MAIN(tests)
