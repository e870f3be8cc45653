/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/drift.h"

#include "tap.h"

#define A UINT64_C(0x400)
#define B UINT64_C(0x2000)

/* A state as runtimes create it from these two sets. */
static struct drift_state state(capmask bounding, capmask ambient)
{
	return (struct drift_state){
		.sets.set = { [CAPSET_EFFECTIVE] = ambient,
			      [CAPSET_BOUNDING] = bounding,
			      [CAPSET_INHERITABLE] = ambient,
			      [CAPSET_PERMITTED] = ambient,
			      [CAPSET_AMBIENT] = ambient },
	};
}

static struct drift_facts facts(capmask bounding, capmask ambient)
{
	struct drift_state all = state(bounding, ambient);

	return (struct drift_facts){
		.given = all, .today = all, .running = true, .held = all
	};
}

/* Exactly one finding; DRIFT_COUNT: none. */
static void check(const struct drift_facts *facts, enum drift_finding wanted,
		  capmask names)
{
	struct drift made = drift_make(facts);

	for (int i = 0; i < DRIFT_COUNT; i++) {
		bool is = i == (int)wanted;

		if (!CHECK(made.found[i] == is))
			printf("# %s\n", drift_word((enum drift_finding)i));
		CHECK_U64(made.names[i], is ? names : 0);
	}
}

static void a_container_that_holds_what_was_granted_is_clean(void)
{
	struct drift_facts all = facts(A | B, A);

	check(&all, DRIFT_COUNT, 0);
	all = facts(A | B, 0);
	check(&all, DRIFT_COUNT, 0);
	/* Effective may be lowered temporarily. */
	all = facts(A | B, A);
	all.held.sets.set[CAPSET_EFFECTIVE] = 0;
	check(&all, DRIFT_COUNT, 0);
}

static void granted_but_not_held_is_lost(void)
{
	struct drift_facts all = facts(A | B, A | B);

	all.held = state(A | B, B);
	check(&all, DRIFT_LOST, A);
	all.running = false;
	check(&all, DRIFT_COUNT, 0);
}

static void what_the_kernel_cannot_raise_is_not_granted(void)
{
	static const enum capset_which needed[] = { CAPSET_INHERITABLE,
						    CAPSET_PERMITTED,
						    CAPSET_BOUNDING };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		struct drift_facts all = facts(A | B, A);

		all.given = state(A | B, A | B);
		all.given.sets.set[needed[i]] = A;
		all.today = all.given;
		check(&all, DRIFT_COUNT, 0);
	}
}

static void held_but_not_granted_is_more(void)
{
	struct drift_facts all = facts(A, A);

	all.held = state(A | B, A);
	check(&all, DRIFT_MORE, B);
	all.held = state(A, A);
	all.held.sets.set[CAPSET_PERMITTED] = A | B;
	check(&all, DRIFT_MORE, B);
	all.held = state(A, A);
	all.held.sets.set[CAPSET_INHERITABLE] = A | B;
	check(&all, DRIFT_MORE, B);
	all.given.sets.set[CAPSET_INHERITABLE] = A | B;
	all.today = all.given;
	check(&all, DRIFT_COUNT, 0);
	all = facts(A, 0);
	all.given.sets.set[CAPSET_PERMITTED] = B;
	all.held = all.today = all.given;
	check(&all, DRIFT_COUNT, 0);
	/* At execve, root gets the whole bounding set. */
	all = facts(A | B, 0);
	all.held.sets.set[CAPSET_PERMITTED] = A | B;
	check(&all, DRIFT_COUNT, 0);
}

/* The engine's bounding and permitted sets give a non-root program nothing. */
static void an_ambient_set_that_nothing_grants_is_more(void)
{
	struct drift_facts all = facts(A | B, A);

	all.given.sets.set[CAPSET_PERMITTED] = A | B;
	all.today = all.given;
	all.held = state(A | B, A | B);
	check(&all, DRIFT_MORE, B);
	all.given.sets.set[CAPSET_AMBIENT] = 0;
	all.today = all.given;
	check(&all, DRIFT_MORE, A | B);
	/* The ambient set counts, not what a file's capabilities permit. */
	all.held.sets.set[CAPSET_AMBIENT] = 0;
	check(&all, DRIFT_COUNT, 0);
	/* An older CRIU restores the permitted set alone. */
	all.file_adds_nothing = true;
	check(&all, DRIFT_MORE, A | B);
	all.today = state(A | B, A);
	all.held.sets.set[CAPSET_PERMITTED] = A;
	check(&all, DRIFT_PENDING, A);
	all.today = all.given;
	/* Root holds the bounding set and can raise all of it. */
	all.held = state(A | B, A | B);
	all.starts_as_root = true;
	check(&all, DRIFT_COUNT, 0);
}

/* A checkpoint brings what the rule raises; config.json does not have it. */
static void held_and_granted_by_the_current_policy_is_clean(void)
{
	struct drift_facts all = facts(A | B, 0);

	all.held = all.today = state(A | B, A);
	check(&all, DRIFT_COUNT, 0);
	all.held = state(A | B, A | B);
	check(&all, DRIFT_MORE, B);
	all.held = state(A | B, A);
	all.today = state(A, A);
	check(&all, DRIFT_OTHERWISE, 0);
	all.today = state(A | B, A);
	all.today.no_new_privileges = true;
	check(&all, DRIFT_OTHERWISE, 0);
	all.held.no_new_privileges = true;
	check(&all, DRIFT_COUNT, 0);
	all.held.sets.set[CAPSET_INHERITABLE] = A | B;
	check(&all, DRIFT_OTHERWISE, 0);
	all.held = state(A | B, 0);
	all.held.no_new_privileges = true;
	check(&all, DRIFT_PENDING, A);
}

static void not_granted_by_the_current_policy_is_revoked(void)
{
	struct drift_facts all = facts(A | B, A);

	all.today = state(A | B, 0);
	check(&all, DRIFT_REVOKED, A);
}

static void newly_granted_is_pending(void)
{
	struct drift_facts all = facts(A | B, A);

	all.today = state(A | B, A | B);
	check(&all, DRIFT_PENDING, B);
}

static void another_change_is_otherwise(void)
{
	struct drift_facts all = facts(A | B, A);

	all.today = state(A, A);
	check(&all, DRIFT_OTHERWISE, 0);
	all = facts(A, A);
	all.today.no_new_privileges = true;
	check(&all, DRIFT_OTHERWISE, 0);
}

static void a_missing_no_new_privs_is_found(void)
{
	struct drift_facts all = facts(A, A);

	all.given.no_new_privileges = all.today.no_new_privileges = true;
	check(&all, DRIFT_PRIVILEGES, 0);
	all.held.no_new_privileges = true;
	check(&all, DRIFT_COUNT, 0);
}

static void what_does_not_run_holds_nothing(void)
{
	struct drift_facts all = facts(A | B, A);

	all.today = state(A | B, B);
	all.running = false;
	check(&all, DRIFT_COUNT, 0);
	all.today.no_new_privileges = true;
	check(&all, DRIFT_COUNT, 0);
}

static void what_rests_on_the_policy_can_be_forgotten(void)
{
	struct drift_facts all = facts(A | B, A);
	struct drift drift;

	all.today = state(A | B, A | B);
	all.held = state(A | B, 0);
	drift = drift_make(&all);
	CHECK(drift_is_of_today(&drift) && drift.found[DRIFT_LOST]);
	drift_forget_today(&drift);
	CHECK(!drift_is_of_today(&drift) && drift.found[DRIFT_LOST]);
	all.today = state(A, A);
	drift = drift_make(&all);
	CHECK(drift_is_of_today(&drift) && drift.found[DRIFT_OTHERWISE]);
	drift_forget_today(&drift);
	CHECK(!drift_is_of_today(&drift) && drift.found[DRIFT_LOST]);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_container_that_holds_what_was_granted_is_clean),
	TAP_TEST(granted_but_not_held_is_lost),
	TAP_TEST(what_the_kernel_cannot_raise_is_not_granted),
	TAP_TEST(held_but_not_granted_is_more),
	TAP_TEST(an_ambient_set_that_nothing_grants_is_more),
	TAP_TEST(held_and_granted_by_the_current_policy_is_clean),
	TAP_TEST(not_granted_by_the_current_policy_is_revoked),
	TAP_TEST(newly_granted_is_pending),
	TAP_TEST(another_change_is_otherwise),
	TAP_TEST(a_missing_no_new_privs_is_found),
	TAP_TEST(what_does_not_run_holds_nothing),
	TAP_TEST(what_rests_on_the_policy_can_be_forgotten),
};

TAP_MAIN(tests)
