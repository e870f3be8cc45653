/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/decide.h"

#include "decide_properties.h"
#include "prng.h"
#include "spec/spec.h"
#include "tap.h"
#include "testdata.h"

#define CHOWN ((capmask)1 << 0)
#define KILL ((capmask)1 << 5)
#define NBS ((capmask)1 << 10)
#define RAW ((capmask)1 << 13)
#define LOCK ((capmask)1 << 14)
#define TIME ((capmask)1 << 25)
#define ALL (((capmask)1 << 41) - 1)

static char rule_name[] = "low-ports";

static struct capsets sets_of(capmask e, capmask b, capmask i, capmask p,
			      capmask a)
{
	return (struct capsets){ { [CAPSET_EFFECTIVE] = e,
				   [CAPSET_BOUNDING] = b,
				   [CAPSET_INHERITABLE] = i,
				   [CAPSET_PERMITTED] = p,
				   [CAPSET_AMBIENT] = a } };
}

/* For a process that holds all capabilities, on a kernel that knows all. */
static struct decide_input input_of(const struct policy_rule *rule,
				    struct capsets sets)
{
	return (struct decide_input){ .rule = rule,
				      .has_capabilities = true,
				      .sets = sets,
				      .limits = { ALL, ALL, false } };
}

static bool one_in(struct prng *prng, uint64_t times)
{
	return prng_below(prng, times) == 0;
}

/* Some of `of`; sometimes any bits. */
static capmask some(struct prng *prng, capmask of)
{
	capmask bits = prng_next(prng);

	if (one_in(prng, 2))
		bits &= prng_next(prng);
	return one_in(prng, 16) ? bits : bits & of;
}

/* A rule that the parser accepts: `drop` has no capability that it raises. */
static void fill_rule(struct prng *prng, struct policy_rule *rule)
{
	rule->name = rule_name;
	rule->ambient = one_in(prng, 8) ? 0 : some(prng, ALL);
	rule->inheritable = one_in(prng, 4) ? some(prng, ALL) : 0;
	rule->drop_others = one_in(prng, 4);
	rule->drop =
		!rule->drop_others && one_in(prng, 2) ? some(prng, ALL) : 0;
	rule->require = one_in(prng, 4);
	rule->no_new_privileges = one_in(prng, 4);
	rule->on_request = one_in(prng, 4);
}

static void fill_input(struct prng *prng, struct decide_input *input,
		       struct policy_rule *rule,
		       struct ambient_request *request)
{
	static char word[] = "FLY";
	capmask *set = input->sets.set;

	fill_rule(prng, rule);
	request->asked = some(prng, one_in(prng, 2) ? ALL : rule->ambient);
	request->unknown = one_in(prng, 8) ? word : NULL;
	input->rule = rule;
	input->request = request;
	input->no_new_privileges = one_in(prng, 2);
	input->has_capabilities = !one_in(prng, 32);
	input->other_userns = one_in(prng, 4);
	input->limits.kernel = one_in(prng, 2) ? ALL : some(prng, ALL);
	input->limits.held = one_in(prng, 2) ? ALL : some(prng, ALL);
	input->limits.ambient_forbidden = one_in(prng, 16);
	input->above_ceiling = one_in(prng, 4) ? some(prng, ALL) : 0;
	set[CAPSET_BOUNDING] = some(prng, ALL) | some(prng, ALL);
	set[CAPSET_PERMITTED] =
		some(prng, one_in(prng, 8) ? ALL : set[CAPSET_BOUNDING]);
	set[CAPSET_EFFECTIVE] = some(prng, set[CAPSET_PERMITTED]);
	set[CAPSET_INHERITABLE] = some(prng, set[CAPSET_BOUNDING]);
	set[CAPSET_AMBIENT] =
		some(prng, one_in(prng, 2) ? ALL : set[CAPSET_INHERITABLE]);
	if (one_in(prng, 2))
		rule->ambient &= set[CAPSET_BOUNDING] & input->limits.held;
	rule->drop &= ~(rule->ambient | rule->inheritable);
}

static void every_property_holds_for_random_inputs(void)
{
	struct prng prng = { 0x646563696465 };
	size_t refused = 0, raised = 0;

	printf("# seed %#llx\n", (unsigned long long)prng.state);
	for (size_t i = 0; i < 400000; i++) {
		struct policy_rule rule = { 0 };
		struct ambient_request request = { 0 };
		struct decide_input input = { 0 };
		bool was_refused;

		fill_input(&prng, &input, &rule, &request);
		const char *broken = decide_broken(&input, &was_refused);

		if (!CHECK(!broken)) {
			printf("#   input %zu: %s\n", i, broken);
			return;
		}
		refused += was_refused;
		raised += !was_refused && rule.ambient;
	}
	/* Both occurred often. */
	CHECK(refused > 50000);
	CHECK(raised > 50000);
}

static void worked_examples_come_out(void)
{
	const capmask engine = CHOWN | KILL | NBS | RAW;
	const struct {
		const char *name;
		struct capsets before;
		capmask ambient;
		struct capsets after;
		capmask missing;
	} examples[] = {
		{ "CRI-O and containerd: I and A are absent",
		  sets_of(engine, engine, 0, engine, 0), NBS,
		  sets_of(engine, engine, NBS, engine, NBS), 0 },
		{ "drop ALL, add NET_BIND_SERVICE",
		  sets_of(NBS, NBS, 0, NBS, 0), NBS,
		  sets_of(NBS, NBS, NBS, NBS, NBS), 0 },
		{ "CRI-O with add_inheritable_capabilities",
		  sets_of(engine, engine, engine, engine, 0), NBS,
		  sets_of(engine, engine, NBS, engine, NBS), 0 },
		{ "podman --user: bounding only", sets_of(0, engine, 0, 0, 0),
		  NBS, sets_of(NBS, engine, NBS, NBS, NBS), 0 },
		{ "podman --user --cap-add: is there already",
		  sets_of(NBS, engine, NBS, NBS, NBS), NBS,
		  sets_of(NBS, engine, NBS, NBS, NBS), 0 },
		{ "podman --cap-add: what it raised stays beside it",
		  sets_of(KILL, engine, KILL, KILL, KILL), NBS,
		  sets_of(KILL | NBS, engine, KILL | NBS, KILL | NBS,
			  KILL | NBS),
		  0 },
		{ "ambient that is not inheritable was never raised",
		  sets_of(engine, engine, 0, engine, KILL), NBS,
		  sets_of(engine, engine, NBS, engine, NBS), 0 },
		{ "ambient that is not permitted was never raised",
		  sets_of(0, engine, KILL, 0, KILL), NBS,
		  sets_of(NBS, engine, NBS, NBS, NBS), 0 },
		{ "nothing wanted is in bounding",
		  sets_of(KILL, KILL, 0, KILL, 0), NBS,
		  sets_of(KILL, KILL, 0, KILL, 0), NBS },
		{ "some of what is wanted is in bounding",
		  sets_of(0, NBS | KILL, 0, 0, 0), NBS | LOCK,
		  sets_of(NBS, NBS | KILL, NBS, NBS, NBS), LOCK },
		{ "capabilities: {}", sets_of(0, 0, 0, 0, 0), NBS,
		  sets_of(0, 0, 0, 0, 0), NBS },
		{ "permitted beyond bounding is none",
		  sets_of(KILL, NBS, 0, KILL | NBS, 0), NBS | KILL,
		  sets_of(NBS, NBS, NBS, NBS, NBS), KILL },
	};

	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct policy_rule rule = { .name = rule_name,
					    .ambient = examples[i].ambient };
		struct decide_input input = input_of(&rule, examples[i].before);
		struct decision decision;
		struct err err;

		REQUIRE(decide(&decision, &input, &err) == 0);
		CHECK(decision.touches_sets);
		CHECK_U64(decision.wanted, examples[i].ambient);
		CHECK_U64(decision.missing, examples[i].missing);
		CHECK_U64(decision.raised,
			  examples[i].ambient & ~examples[i].missing);
		for (int which = 0; which < CAPSET_COUNT; which++)
			if (!CHECK_U64(decision.sets.set[which],
				       examples[i].after.set[which]))
				printf("#   %s: %s\n", examples[i].name,
				       capset_key((enum capset_which)which));
	}
}

static void narrowing_and_requests_come_out(void)
{
	const capmask engine = CHOWN | KILL | NBS | RAW;
	const struct capsets before = sets_of(engine, engine, 0, engine, 0);
	static char word[] = "FLY";
	const struct {
		struct policy_rule rule;
		struct ambient_request request;
		struct capsets after;
		capmask missing;
	} examples[] = {
		{ { .ambient = NBS, .drop = RAW | TIME },
		  { 0 },
		  sets_of(engine & ~RAW, engine & ~RAW, NBS, engine & ~RAW,
			  NBS),
		  0 },
		{ { .ambient = NBS, .drop_others = true },
		  { 0 },
		  sets_of(NBS, NBS, NBS, NBS, NBS),
		  0 },
		{ { .drop_others = true }, { 0 }, sets_of(0, 0, 0, 0, 0), 0 },
		{ { .inheritable = RAW | TIME },
		  { 0 },
		  sets_of(engine, engine, RAW, engine, 0),
		  0 },
		{ { .ambient = NBS, .inheritable = RAW, .drop_others = true },
		  { 0 },
		  sets_of(NBS | RAW, NBS | RAW, NBS | RAW, NBS | RAW, NBS),
		  0 },
		{ { .ambient = NBS | RAW, .on_request = true },
		  { .asked = RAW },
		  sets_of(engine, engine, RAW, engine, RAW),
		  0 },
		{ { .ambient = NBS, .on_request = true },
		  { .asked = NBS | CHOWN | TIME, .unknown = word },
		  sets_of(engine, engine, NBS, engine, NBS),
		  CHOWN | TIME },
		{ { .ambient = NBS, .on_request = true, .drop_others = true },
		  { 0 },
		  sets_of(NBS, NBS, 0, NBS, 0),
		  0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct policy_rule rule = examples[i].rule;
		struct decide_input input = input_of(&rule, before);
		struct decision decision;
		struct err err;

		rule.name = rule_name;
		input.request = &examples[i].request;
		REQUIRE(decide(&decision, &input, &err) == 0);
		if (!CHECK(decide_is_same(&decision.sets, &examples[i].after)))
			printf("#   example %zu\n", i);
		CHECK_U64(decision.missing, examples[i].missing);
		CHECK(decision.drop_unknown == rule.drop_others);
	}
}

static void a_request_that_cannot_be_met_refuses_only_with_require(void)
{
	static char word[] = "FLY WALK";
	const struct {
		struct ambient_request request;
		const char *want;
	} cases[] = {
		{ { .asked = NBS, .unknown = word },
		  "rule 'low-ports': 'require' is not met, the pod requests an unknown capability: 'FLY WALK': correct its annotation 'capruntime.io/ambient'" },
		{ { .asked = NBS | TIME },
		  "rule 'low-ports': 'require' is not met, the rule does not let the pod request CAP_SYS_TIME: correct its annotation 'capruntime.io/ambient'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy_rule rule = { .name = rule_name,
					    .ambient = NBS,
					    .on_request = true };
		struct decide_input input =
			input_of(&rule, sets_of(0, NBS | TIME, 0, 0, 0));
		struct decision decision;
		struct err err;

		input.request = &cases[i].request;
		CHECK(decide(&decision, &input, &err) == 0);
		CHECK_U64(decision.raised, NBS);
		rule.require = true;
		CHECK(decide(&decision, &input, &err) == -1);
		CHECK_STR(err.text, cases[i].want);
	}
}

static capmask raised_within(struct own_limits limits, bool new_userns)
{
	struct policy_rule rule = { .name = rule_name,
				    .ambient = NBS | TIME | LOCK };
	struct decide_input input =
		input_of(&rule, sets_of(0, NBS | TIME | KILL, 0, 0, 0));
	struct decision decision;
	struct err err;

	input.limits = limits;
	input.other_userns = new_userns;
	CHECK(decide(&decision, &input, &err) == 0);
	return decision.raised;
}

static void only_what_can_be_held_is_raised(void)
{
	CHECK_U64(raised_within((struct own_limits){ ALL, ALL, false }, false),
		  NBS | TIME);
	CHECK_U64(raised_within((struct own_limits){ ALL, NBS, false }, false),
		  NBS);
	CHECK_U64(raised_within((struct own_limits){ TIME, ALL, false }, false),
		  TIME);
	CHECK_U64(raised_within((struct own_limits){ ALL, ALL, true }, false),
		  0);
}

static void nothing_above_the_ceiling_is_raised(void)
{
	struct policy_rule rule = { .name = rule_name,
				    .ambient = NBS | RAW,
				    .inheritable = KILL | LOCK };
	const capmask engine = NBS | RAW | KILL | LOCK | TIME;
	struct decide_input input =
		input_of(&rule, sets_of(engine, engine, TIME, engine, TIME));
	struct decision decision;
	struct err err;

	input.above_ceiling = ~(NBS | KILL);
	CHECK(decide(&decision, &input, &err) == 0);
	CHECK_U64(decision.raised, NBS);
	CHECK_U64(decision.missing, RAW | LOCK);
	/* A capability that the engine itself raised is kept. */
	CHECK_U64(decision.sets.set[CAPSET_AMBIENT], NBS | TIME);
	CHECK_U64(decision.sets.set[CAPSET_INHERITABLE], NBS | TIME | KILL);
	CHECK_U64(decision.sets.set[CAPSET_BOUNDING], engine);
	rule.require = true;
	CHECK(decide(&decision, &input, &err) == -1);
	CHECK_STR(
		err.text,
		"rule 'low-ports': 'require' is not met, cannot raise CAP_NET_RAW, CAP_IPC_LOCK: above the policy's 'ceiling': take it out of the rule, or add it to 'ceiling' in policy.json");
}

static void in_a_new_user_namespace_all_the_kernel_knows_is_held(void)
{
	CHECK_U64(raised_within((struct own_limits){ ALL, 0, false }, true),
		  NBS | TIME);
	CHECK_U64(raised_within((struct own_limits){ NBS, 0, false }, true),
		  NBS);
	CHECK_U64(raised_within((struct own_limits){ ALL, ALL, true }, true),
		  0);
}

static void a_rule_that_names_no_set_leaves_all_as_it_is(void)
{
	static const struct policy_rule rule = { .name = rule_name };
	struct decide_input input =
		input_of(&rule, sets_of(NBS, 0, KILL, 0, TIME));
	struct decision decision;
	struct err err = { 0 };

	CHECK(!decide_touches(&rule));
	CHECK(decide(&decision, &input, &err) == 0);
	CHECK(!decision.touches_sets && !decision.raised && !decision.missing);
	CHECK(decide_is_same(&decision.sets, &input.sets));
	input.has_capabilities = false;
	CHECK(decide(&decision, &input, &err) == 0);
	CHECK_STR(err.text, "");
}

static void what_cannot_work_is_refused_with_its_reason(void)
{
	static const char low[] =
		"rule 'low-ports': effective, but not permitted: CAP_KILL, CAP_SYS_TIME: no runtime can start this config.json";
	const struct {
		struct capsets sets;
		bool has_capabilities, require;
		capmask held;
		const char *want;
	} cases[] = {
		{ sets_of(0, 0, 0, 0, 0), false, false, ALL,
		  "rule 'low-ports': config.json has no process.capabilities, so there is no bounding set to stay within: have the engine write one, or leave this container out of the rule" },
		{ sets_of(KILL | TIME | NBS, ALL, 0, NBS, 0), true, false, ALL,
		  low },
		{ sets_of(0, NBS, NBS | KILL, 0, 0), true, false, ALL,
		  "rule 'low-ports': inheritable, but not bounding: CAP_KILL: no runtime can start this config.json" },
		{ sets_of(0, KILL, 0, 0, 0), true, true, ALL,
		  "rule 'low-ports': 'require' is not met, cannot raise CAP_NET_BIND_SERVICE, CAP_NET_RAW: not in the container's bounding set: add it to the container (capabilities.add)" },
		{ sets_of(0, NBS, 0, 0, 0), true, true, ALL,
		  "rule 'low-ports': 'require' is not met, cannot raise CAP_NET_RAW: not in the container's bounding set: add it to the container (capabilities.add)" },
		{ sets_of(0, NBS | RAW, 0, 0, 0), true, true, NBS,
		  "rule 'low-ports': 'require' is not met, cannot raise CAP_NET_RAW: capruntime does not hold it itself: start the engine with it" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct policy_rule rule = { .name = rule_name,
					    .ambient = NBS | RAW,
					    .require = cases[i].require };
		struct decide_input input = input_of(&rule, cases[i].sets);
		struct decision decision;
		struct err err = { 0 };

		input.has_capabilities = cases[i].has_capabilities;
		input.limits.held = cases[i].held;
		CHECK(decide(&decision, &input, &err) == -1);
		CHECK_STR(err.text, cases[i].want);
		CHECK(!decision.touches_sets);
		CHECK(decide_is_same(&decision.sets, &input.sets));
	}
}

static void a_misspelt_capability_is_named(void)
{
	struct policy_rule rule = { .name = rule_name,
				    .ambient = NBS | RAW,
				    .require = true };
	struct decide_input input = input_of(&rule, sets_of(0, RAW, 0, 0, 0));
	struct decision decision;
	struct err err = { 0 };

	input.stray = (struct stray){ NBS, "CAP_CAP_NET_BIND_SERVICE" };
	CHECK(decide(&decision, &input, &err) == -1);
	CHECK_STR(
		err.text,
		"rule 'low-ports': 'require' is not met, cannot raise CAP_NET_BIND_SERVICE: the bounding set has 'CAP_CAP_NET_BIND_SERVICE' instead, which is no capability: write NET_BIND_SERVICE in capabilities.add");
	CHECK_U64(decision.missing, NBS);
	/* It is not taken for the capability, and not blamed for another. */
	input.sets.set[CAPSET_BOUNDING] = NBS;
	CHECK(decide(&decision, &input, &err) == -1);
	CHECK(strstr(err.text, "add it to the container"));
}

static void require_is_met_when_all_is_raised(void)
{
	struct policy_rule rule = { .name = rule_name,
				    .ambient = NBS | RAW,
				    .require = true };
	struct decide_input input =
		input_of(&rule, sets_of(0, NBS | RAW, 0, 0, 0));
	struct decision decision;
	struct err err;

	CHECK(decide(&decision, &input, &err) == 0);
	CHECK_U64(decision.sets.set[CAPSET_AMBIENT], NBS | RAW);
}

static size_t could_raise;

static void decide_fixture(const char *path, const struct json_doc *doc)
{
	struct policy_rule rule = { .name = rule_name, .ambient = NBS | TIME };
	struct decide_input input;
	struct spec spec CLEANUP_SPEC = { 0 };
	struct err err;
	const char *broken;

	REQUIRE(spec_read(&spec, doc, RUNTIME_RUNC, &err) == 0);
	input = input_of(&rule, spec.sets);
	input.has_capabilities = spec.has_capabilities;
	could_raise += (spec.sets.set[CAPSET_BOUNDING] & NBS) != 0;
	broken = decide_broken(&input, NULL);
	if (!CHECK(!broken))
		printf("#   %s: %s\n", path, broken);
}

static void every_property_holds_for_what_engines_wrote(void)
{
	could_raise = 0;
	CHECK_U64(testdata_each("fixtures", "config.json", decide_fixture), 37);
	CHECK(could_raise > 20);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_property_holds_for_random_inputs),
	TAP_TEST(worked_examples_come_out),
	TAP_TEST(narrowing_and_requests_come_out),
	TAP_TEST(a_request_that_cannot_be_met_refuses_only_with_require),
	TAP_TEST(only_what_can_be_held_is_raised),
	TAP_TEST(nothing_above_the_ceiling_is_raised),
	TAP_TEST(in_a_new_user_namespace_all_the_kernel_knows_is_held),
	TAP_TEST(a_rule_that_names_no_set_leaves_all_as_it_is),
	TAP_TEST(what_cannot_work_is_refused_with_its_reason),
	TAP_TEST(a_misspelt_capability_is_named),
	TAP_TEST(require_is_met_when_all_is_raised),
	TAP_TEST(every_property_holds_for_what_engines_wrote),
};

TAP_MAIN(tests)
