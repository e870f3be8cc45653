/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/calls.h"

#include "tap.h"

static capmask bit_of(const char *name)
{
	capmask bit = capset_from_name(name, strlen(name));

	CHECK(bit);
	return bit;
}

static const struct cap_syscall *find(const char *capability, const char *shown)
{
	const struct cap_syscalls *calls = cap_syscalls_of(bit_of(capability));

	for (size_t i = 0; calls && i < calls->count; i++)
		if (strcmp(calls->calls[i].shown, shown) == 0)
			return &calls->calls[i];
	return NULL;
}

static void every_capability_has_calls_but_four(void)
{
	capmask none = bit_of("DAC_OVERRIDE") | bit_of("NET_BROADCAST") |
		       bit_of("MAC_OVERRIDE") | bit_of("MAC_ADMIN");

	for (int bit = 0; bit < 64; bit++) {
		capmask capability = UINT64_C(1) << bit;

		CHECK((cap_syscalls_of(capability) != NULL) ==
		      !!(capability & capset_known() & ~none));
	}
}

static void no_capability_has_more_than_the_most(void)
{
	for (int bit = 0; bit < 64; bit++) {
		const struct cap_syscalls *calls =
			cap_syscalls_of(UINT64_C(1) << bit);

		if (!calls)
			continue;
		CHECK_U64((unsigned long long)calls->capability,
			  (unsigned long long)bit);
		CHECK(calls->count > 0 && calls->count <= CAP_SYSCALLS_MAX);
	}
}

static void a_name_is_shown_with_its_arguments(void)
{
	for (int bit = 0; bit < 64; bit++) {
		const struct cap_syscalls *calls =
			cap_syscalls_of(UINT64_C(1) << bit);

		for (size_t i = 0; calls && i < calls->count; i++) {
			const struct cap_syscall *call = &calls->calls[i];
			size_t len = strlen(call->name);

			CHECK(strncmp(call->name, call->shown, len) == 0);
			CHECK(call->shown[len] == '\0' ||
			      call->shown[len] == '(');
		}
	}
}

static void the_arguments_are_those_that_need_the_capability(void)
{
	const struct cap_syscall *raw =
		find("NET_RAW", "socket(AF_PACKET, SOCK_RAW)");
	const struct cap_syscall *bind = find("NET_BIND_SERVICE", "bind");
	const struct cap_syscall *clone =
		find("SYS_ADMIN", "clone(CLONE_NEWNS)");

	REQUIRE(raw && bind && clone);
	CHECK_U64(raw->args[0], 17);
	CHECK_U64(raw->args[1], 3);
	CHECK_U64(clone->args[0], 0x20000);
	CHECK_U64(clone->args[1], 0x20000);
	CHECK(cap_syscalls_of(bit_of("NET_BIND_SERVICE"))->all);
	CHECK(!cap_syscalls_of(bit_of("NET_RAW"))->all);
}

static void what_is_no_single_capability_has_none(void)
{
	CHECK(!cap_syscalls_of(0));
	CHECK(!cap_syscalls_of(bit_of("CHOWN") | bit_of("KILL")));
}

static const struct tap_test tests[] = {
	TAP_TEST(every_capability_has_calls_but_four),
	TAP_TEST(no_capability_has_more_than_the_most),
	TAP_TEST(a_name_is_shown_with_its_arguments),
	TAP_TEST(the_arguments_are_those_that_need_the_capability),
	TAP_TEST(what_is_no_single_capability_has_none),
};

TAP_MAIN(tests)
