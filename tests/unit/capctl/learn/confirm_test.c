/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/confirm.h"

#include "tap.h"

#define A 1
#define B 2
#define C 4
#define TRIES_MAX 16

/* Passes with a set that holds one of these. */
struct program {
	capmask enough[2];
	unsigned int broken_at; /* this run fails; 0: none */
	unsigned int refused_at; /* this run cannot be tried; 0: none */
	capmask tried[TRIES_MAX];
	unsigned int count;
};

static int try_program(void *detail, capmask set, bool *ret_passed,
		       struct err *err)
{
	struct program *program = detail;

	program->tried[program->count++] = set;
	if (program->count == program->refused_at)
		return err_set(err, "refused");
	*ret_passed =
		program->count != program->broken_at &&
		(!(program->enough[0] & ~set) || !(program->enough[1] & ~set));
	return 0;
}

static void what_fails_when_it_is_missing_is_needed(void)
{
	struct program program = { .enough = { A | C, A | C } };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	REQUIRE(confirm(&confirmed, A | B | C, try_program, &program, &err) ==
		0);
	CHECK_U64(confirmed.needed, A | C);
	CHECK_U64(confirmed.struck, B);
	CHECK_U64(confirmed.runs, 6);
	CHECK_U64(program.count, 6);
	CHECK_U64(program.tried[0], A | B | C);
	CHECK_U64(program.tried[1], 0);
	CHECK_U64(program.tried[2], B | C);
	CHECK_U64(program.tried[3], A | C);
	CHECK_U64(program.tried[4], A);
	CHECK_U64(program.tried[5], A | C);
}

static void a_program_that_needs_nothing_is_tried_three_times(void)
{
	struct program program = { .enough = { 0, 0 } };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	REQUIRE(confirm(&confirmed, A | B, try_program, &program, &err) == 0);
	CHECK_U64(confirmed.needed, 0);
	CHECK_U64(confirmed.struck, A | B);
	CHECK_U64(program.count, 3);
}

static void one_of_two_that_replace_each_other_stays(void)
{
	struct program program = { .enough = { A, B } };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	REQUIRE(confirm(&confirmed, A | B, try_program, &program, &err) == 0);
	CHECK_U64(confirmed.needed, B);
	CHECK_U64(confirmed.struck, A);
}

static void no_candidates_are_confirmed_too(void)
{
	struct program program = { .enough = { 0, 0 } };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	REQUIRE(confirm(&confirmed, 0, try_program, &program, &err) == 0);
	CHECK_U64(confirmed.needed | confirmed.struck, 0);
	CHECK_U64(program.count, 2);
}

static void a_test_that_fails_with_all_proves_nothing(void)
{
	struct program program = { .enough = { C, C } };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	CHECK(confirm(&confirmed, A | B, try_program, &program, &err) < 0);
	CHECK_STR(err.text, "with all capabilities");
	CHECK(confirmed.fails);
	CHECK_U64(program.count, 1);
}

static void a_result_that_does_not_hold_is_an_error(void)
{
	struct program program = { .enough = { A, A }, .broken_at = 5 };
	struct confirmed confirmed = { 0 };
	struct err err = { 0 };

	CHECK(confirm(&confirmed, A | B, try_program, &program, &err) < 0);
	CHECK_STR(err.text, "with what it had passed with before");
	CHECK(confirmed.fails);
}

static void what_cannot_be_tried_ends_it(void)
{
	for (unsigned int i = 1; i <= 5; i++) {
		struct program program = { .enough = { A, A },
					   .refused_at = i };
		struct confirmed confirmed = { 0 };
		struct err err = { 0 };

		CHECK(confirm(&confirmed, A | B, try_program, &program, &err) <
		      0);
		CHECK_STR(err.text, "refused");
		CHECK(!confirmed.fails);
		CHECK_U64(program.count, i);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(what_fails_when_it_is_missing_is_needed),
	TAP_TEST(a_program_that_needs_nothing_is_tried_three_times),
	TAP_TEST(one_of_two_that_replace_each_other_stays),
	TAP_TEST(no_candidates_are_confirmed_too),
	TAP_TEST(a_test_that_fails_with_all_proves_nothing),
	TAP_TEST(a_result_that_does_not_hold_is_an_error),
	TAP_TEST(what_cannot_be_tried_ends_it),
};

TAP_MAIN(tests)
