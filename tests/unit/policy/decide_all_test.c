/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state of one capability, in every kind of container and under every kind
 * of rule; and that what is decided of one capability does not depend on
 * another. Together these are all decisions.
 */
#include "config.h"

#include "decide_properties.h"
#include "prng.h"
#include "tap.h"

/* The bits of a state: where the capability is. */
enum {
	IN_SETS = CAPSET_COUNT, /* one bit for each set */
	IN_AMBIENT = IN_SETS, /* of the rule, as the next two */
	IN_INHERITABLE,
	IN_DROP,
	IN_KERNEL,
	IN_HELD,
	IN_REQUEST,
	ABOVE_CEILING,
	STATE_BITS
};

enum {
	REQUIRE = 1,
	ON_REQUEST = 2,
	DROP_OTHERS = 4,
	OTHER_USERNS = 8,
	AMBIENT_FORBIDDEN = 16,
	NO_NEW_PRIVILEGES = 32, /* of the rule */
	HAS_NO_NEW_PRIVILEGES = 64, /* of config.json */
	NO_CAPABILITIES = 128,
	KINDS = 256
};

#define STATES (1u << STATE_BITS)
#define CHOWN 0u
#define KILL 5u

struct world {
	struct policy_rule rule;
	struct ambient_request request;
	struct decide_input input;
};

static void set_kind(struct world *world, unsigned int kind)
{
	*world = (struct world){
		.rule = { .name = "rule",
			  .require = kind & REQUIRE,
			  .on_request = kind & ON_REQUEST,
			  .drop_others = kind & DROP_OTHERS,
			  .no_new_privileges = kind & NO_NEW_PRIVILEGES },
		.input = { .has_capabilities = !(kind & NO_CAPABILITIES),
			   .other_userns = kind & OTHER_USERNS,
			   .no_new_privileges = kind & HAS_NO_NEW_PRIVILEGES,
			   .limits.ambient_forbidden =
				   kind & AMBIENT_FORBIDDEN },
	};
	world->input.rule = &world->rule;
	world->input.request = &world->request;
}

static void put_bit(capmask *mask, unsigned int state, unsigned int bit,
		    unsigned int number)
{
	*mask |= (capmask)(state >> bit & 1) << number;
}

/* False: no policy has such a rule. */
static bool put_capability(struct world *world, unsigned int state,
			   unsigned int number)
{
	for (unsigned int i = 0; i < CAPSET_COUNT; i++)
		put_bit(&world->input.sets.set[i], state, i, number);
	put_bit(&world->rule.ambient, state, IN_AMBIENT, number);
	put_bit(&world->rule.inheritable, state, IN_INHERITABLE, number);
	put_bit(&world->rule.drop, state, IN_DROP, number);
	put_bit(&world->input.limits.kernel, state, IN_KERNEL, number);
	put_bit(&world->input.limits.held, state, IN_HELD, number);
	put_bit(&world->request.asked, state, IN_REQUEST, number);
	put_bit(&world->input.above_ceiling, state, ABOVE_CEILING, number);
	return !(state >> IN_DROP & 1) ||
	       !(world->rule.drop_others || state >> IN_AMBIENT & 1 ||
		 state >> IN_INHERITABLE & 1);
}

static void every_property_holds_for_all_states_of_one_capability(void)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		for (unsigned int state = 0; state < STATES; state++) {
			struct world world;
			const char *broken;

			set_kind(&world, kind);
			if (!put_capability(&world, state, KILL))
				continue;
			broken = decide_broken(&world.input, NULL);
			if (!CHECK_STR(broken, NULL)) {
				printf("# kind %#x, state %#x\n", kind, state);
				return;
			}
		}
	}
}

static bool decide_states(unsigned int kind, unsigned int chown_state,
			  unsigned int kill_state,
			  struct decision *ret_decision)
{
	struct world world;
	struct err err;

	set_kind(&world, kind);
	return put_capability(&world, chown_state, CHOWN) &&
	       put_capability(&world, kill_state, KILL) &&
	       decide(ret_decision, &world.input, &err) == 0 &&
	       ret_decision->touches_sets;
}

static bool is_union(const struct decision *both, const struct decision *first,
		     const struct decision *second)
{
	for (int i = 0; i < CAPSET_COUNT; i++)
		if (both->sets.set[i] !=
		    (first->sets.set[i] | second->sets.set[i]))
			return false;
	return both->raised == (first->raised | second->raised) &&
	       both->missing == (first->missing | second->missing);
}

/* Where the rule touches each of them; what it does not touch stays. */
static void what_is_decided_of_a_capability_does_not_depend_on_another(void)
{
	struct prng prng = { 1 };
	unsigned long pairs = 0;

	for (unsigned int i = 0; i < 2000000; i++) {
		unsigned int kind = (unsigned int)prng_below(&prng, KINDS) &
				    ~(unsigned int)NO_CAPABILITIES;
		unsigned int a = (unsigned int)prng_below(&prng, STATES);
		unsigned int b = (unsigned int)prng_below(&prng, STATES);
		struct decision first, second, both;

		if (!decide_states(kind, a, 0, &first) ||
		    !decide_states(kind, 0, b, &second) ||
		    !decide_states(kind, a, b, &both))
			continue;
		pairs++;
		if (!CHECK(is_union(&both, &first, &second))) {
			printf("# kind %#x, states %#x and %#x\n", kind, a, b);
			return;
		}
	}
	CHECK(pairs > 10000);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_property_holds_for_all_states_of_one_capability),
	TAP_TEST(what_is_decided_of_a_capability_does_not_depend_on_another),
};

TAP_MAIN(tests)
