/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/sets.h"

#include <sys/capability.h>

#include "capctl/pod/manifest.h"
#include "tap.h"

#define BIT(name) (UINT64_C(1) << CAP_##name)
#define DEFAULTS (BIT(KILL) | BIT(CHOWN))
#define HELD (BIT(KILL) | BIT(CHOWN) | BIT(NET_RAW))

/* The kernel knows SYS_TIME, the engine does not hold it. */
static const struct own_caps own = { .kernel = HELD | BIT(SYS_TIME),
				     .permitted = HELD,
				     .bounding = HELD };

static struct capsets make_sets(enum engine kind, bool inheritable,
				const char *context, const char **ret_unknown)
{
	const struct pod_sets_engine engine = { .kind = kind,
						.defaults = DEFAULTS,
						.inheritable = inheritable };
	struct manifest manifest CLEANUP_MANIFEST = { 0 };
	struct capsets sets = { { 0 } };
	char text[512];
	struct err err = { 0 };

	snprintf(text, sizeof(text),
		 "{kind: Pod, metadata: {name: a}, spec: {containers: "
		 "[{name: c, securityContext: {%s}}]}}",
		 context);
	*ret_unknown = NULL;
	if (!CHECK(manifest_read(&manifest, "f", text, strlen(text), &err) ==
		   0))
		return sets;
	sets = pod_sets_make(&engine, manifest.pods->containers, &own,
			     ret_unknown);
	*ret_unknown = *ret_unknown ? "unknown" : NULL;
	return sets;
}

static void check_bounding(enum engine kind, const char *context,
			   capmask wanted, bool unknown)
{
	const char *word;
	struct capsets sets = make_sets(kind, false, context, &word);

	if (!CHECK_U64(sets.set[CAPSET_BOUNDING], wanted))
		printf("# %s\n", context);
	CHECK_U64(sets.set[CAPSET_PERMITTED], wanted);
	CHECK_U64(sets.set[CAPSET_EFFECTIVE], wanted);
	CHECK_U64(sets.set[CAPSET_INHERITABLE], 0);
	CHECK_U64(sets.set[CAPSET_AMBIENT], 0);
	CHECK(!word == !unknown);
}

static void both(const char *context, capmask wanted)
{
	check_bounding(ENGINE_CRIO, context, wanted, false);
	check_bounding(ENGINE_CONTAINERD, context, wanted, false);
}

static void add_and_drop_change_the_defaults(void)
{
	both("", DEFAULTS);
	both("capabilities: {}", DEFAULTS);
	both("capabilities: {add: [NET_RAW]}", HELD);
	both("capabilities: {add: [net_raw], drop: [Kill]}",
	     BIT(CHOWN) | BIT(NET_RAW));
	both("capabilities: {drop: [KILL], add: [KILL]}", BIT(CHOWN));
	both("capabilities: {drop: [all]}", 0);
	both("capabilities: {drop: [ALL], add: [NET_RAW]}", BIT(NET_RAW));
	both("capabilities: {drop: [ALL], add: [ALL, KILL]}", BIT(KILL));
}

static void all_is_what_the_kernel_knows_or_the_engine_holds(void)
{
	check_bounding(ENGINE_CRIO, "capabilities: {add: [ALL]}", own.kernel,
		       false);
	check_bounding(ENGINE_CONTAINERD, "capabilities: {add: [ALL]}", HELD,
		       false);
	check_bounding(ENGINE_CONTAINERD, "privileged: true", HELD, false);
	check_bounding(ENGINE_CONTAINERD,
		       "privileged: true, capabilities: {drop: [ALL]}", HELD,
		       false);
}

static void a_prefix_is_for_crio_alone(void)
{
	check_bounding(ENGINE_CRIO, "capabilities: {add: [CAP_NET_RAW]}", HELD,
		       false);
	check_bounding(ENGINE_CRIO, "capabilities: {drop: [cap_kill]}",
		       BIT(CHOWN), false);
	check_bounding(ENGINE_CONTAINERD, "capabilities: {add: [CAP_NET_RAW]}",
		       DEFAULTS, false);
	check_bounding(ENGINE_CONTAINERD, "capabilities: {drop: [CAP_KILL]}",
		       DEFAULTS, false);
}

static void crio_refuses_what_it_does_not_know(void)
{
	check_bounding(ENGINE_CRIO, "capabilities: {add: [NET_RAV]}", DEFAULTS,
		       true);
	check_bounding(ENGINE_CRIO, "capabilities: {drop: [NET_RAV]}", DEFAULTS,
		       false);
	/* Has a name, but this kernel lacks it. */
	check_bounding(ENGINE_CRIO, "capabilities: {add: [SYS_BOOT]}",
		       DEFAULTS | BIT(SYS_BOOT), true);
	check_bounding(ENGINE_CONTAINERD, "capabilities: {add: [NET_RAV]}",
		       DEFAULTS, false);
}

static void crio_can_fill_further_sets(void)
{
	const char *unknown;
	struct capsets sets = make_sets(
		ENGINE_CRIO, true, "capabilities: {drop: [KILL]}", &unknown);

	CHECK_U64(sets.set[CAPSET_INHERITABLE], BIT(CHOWN));
	CHECK_U64(sets.set[CAPSET_AMBIENT], 0);
	sets = make_sets(ENGINE_CONTAINERD, true, "", &unknown);
	CHECK_U64(sets.set[CAPSET_INHERITABLE], 0);
	sets = make_sets(ENGINE_CRIO, false,
			 "privileged: true, capabilities: {add: [NET_RAV]}",
			 &unknown);
	CHECK(!unknown);
	for (int i = 0; i < CAPSET_COUNT; i++)
		CHECK_U64(sets.set[i], own.kernel);
}

static const struct tap_test tests[] = {
	TAP_TEST(add_and_drop_change_the_defaults),
	TAP_TEST(all_is_what_the_kernel_knows_or_the_engine_holds),
	TAP_TEST(a_prefix_is_for_crio_alone),
	TAP_TEST(crio_refuses_what_it_does_not_know),
	TAP_TEST(crio_can_fill_further_sets),
};

TAP_MAIN(tests)
