/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/own.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "prng.h"
#include "tap.h"

#define NOT_ROOT "only root holds capabilities to give up"

/* Reads /proc/self/status, which has masks instead of libcap's names. */
static capmask read_status(const char *key)
{
	FILE *status = fopen("/proc/self/status", "re");
	capmask mask = UINT64_MAX;
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, key, strlen(key)) == 0)
			sscanf(line + strlen(key), ":\t%" SCNx64, &mask);
	if (status)
		fclose(status);
	return mask;
}

static capmask kernel_caps(void)
{
	FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "re");
	unsigned int last = 0;

	if (file) {
		if (fscanf(file, "%u", &last) != 1)
			last = 0;
		fclose(file);
	}
	return (UINT64_C(2) << last) - 1;
}

static void check_is_what_proc_says(const struct own_caps *own)
{
	CHECK_U64(own->kernel, kernel_caps() & capset_known());
	CHECK_U64(own->permitted, read_status("CapPrm") & own->kernel);
	CHECK_U64(own->bounding, read_status("CapBnd") & own->kernel);
}

static void the_sets_are_those_of_proc(void)
{
	struct own_caps own;
	struct err err = { 0 };

	REQUIRE(own_caps_read(&own, &err) == 0);
	check_is_what_proc_says(&own);
}

static void drop_some(void)
{
	const cap_value_t dropped[] = { CAP_NET_RAW, CAP_SYS_TIME };
	cap_t caps = cap_get_proc();

	CHECK(prctl(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0) == 0);
	CHECK(cap_set_flag(caps, CAP_EFFECTIVE, 2, dropped, CAP_CLEAR) == 0);
	CHECK(cap_set_flag(caps, CAP_PERMITTED, 2, dropped, CAP_CLEAR) == 0);
	CHECK(cap_set_proc(caps) == 0);
	cap_free(caps);
}

/* In a child, because dropped capabilities cannot be regained. */
static void run_in_child(void (*check)(void))
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		tap_failed = false;
		check();
		fflush(stdout);
		_exit(tap_failed);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void check_dropped(void)
{
	struct own_caps own;
	struct err err = { 0 };

	drop_some();
	REQUIRE(own_caps_read(&own, &err) == 0);
	check_is_what_proc_says(&own);
	CHECK(!(own.bounding >> CAP_KILL & 1));
	CHECK(own.permitted >> CAP_KILL & 1);
	CHECK(!(own.permitted >> CAP_NET_RAW & 1));
	CHECK(own.bounding >> CAP_NET_RAW & 1);
}

static void what_was_given_up_is_not_held(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	run_in_child(check_dropped);
}

static void drop_random(struct prng *prng)
{
	cap_t caps = cap_get_proc();

	for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
		if (prng_below(prng, 2) && CAP_IS_SUPPORTED(value))
			CHECK(cap_drop_bound(value) == 0);
		if (value == CAP_SETPCAP || prng_below(prng, 2))
			continue;
		CHECK(cap_set_flag(caps, CAP_EFFECTIVE, 1, &value, CAP_CLEAR) ==
		      0);
		CHECK(cap_set_flag(caps, CAP_PERMITTED, 1, &value, CAP_CLEAR) ==
		      0);
	}
	CHECK(cap_set_proc(caps) == 0);
	cap_free(caps);
}

static void check_is_what_libcap_says(const struct own_caps *own)
{
	cap_t caps = cap_get_proc();

	for (cap_value_t value = 0; own->kernel >> value; value++) {
		cap_flag_value_t held = CAP_CLEAR;

		CHECK(cap_get_flag(caps, value, CAP_PERMITTED, &held) == 0);
		CHECK((own->permitted >> value & 1) == (held == CAP_SET));
		CHECK((own->bounding >> value & 1) ==
		      (cap_get_bound(value) == 1));
	}
	cap_free(caps);
}

/* For any mask, as if the whole set had been read. */
static void check_on_demand(struct own_caps *own, struct prng *prng)
{
	struct own_caps asking;
	struct err err = { 0 };

	REQUIRE(own_caps_read_on_demand(&asking, &err) == 0);
	CHECK_U64(asking.kernel, own->kernel);
	CHECK_U64(asking.permitted, own->permitted);
	for (int i = 0; i < 10; i++) {
		capmask mask = prng_next(prng);
		struct own_limits limits = own_caps_limits(&asking, mask);

		CHECK_U64(own_caps_bounding(&asking, mask),
			  own->bounding & mask);
		CHECK_U64(own_caps_bounding(own, mask), own->bounding & mask);
		CHECK_U64(limits.held, own->permitted & own->bounding & mask);
	}
	CHECK(own_caps_check(&asking, &err) == 0);
}

static uint64_t seed;

static void check_random(void)
{
	struct prng prng = { seed };
	struct own_caps own;
	struct err err = { 0 };

	drop_random(&prng);
	REQUIRE(own_caps_read(&own, &err) == 0);
	check_is_what_proc_says(&own);
	check_is_what_libcap_says(&own);
	check_on_demand(&own, &prng);
}

static void random_sets_are_those_of_libcap(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	for (seed = 1; seed <= 50; seed++)
		run_in_child(check_random);
}

static void check_securebits(void)
{
	struct own_caps own;
	struct err err = { 0 };

	REQUIRE(own_caps_read(&own, &err) == 0);
	CHECK(!own.ambient_forbidden);
	REQUIRE(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0) == 0);
	REQUIRE(own_caps_read(&own, &err) == 0);
	CHECK(!own.ambient_forbidden);
	REQUIRE(prctl(PR_SET_SECUREBITS, SECBIT_NO_CAP_AMBIENT_RAISE, 0, 0,
		      0) == 0);
	REQUIRE(own_caps_read(&own, &err) == 0);
	CHECK(own.ambient_forbidden);
}

static void a_securebit_can_forbid_ambient(void)
{
	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	run_in_child(check_securebits);
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_HALF 4
#else
#define LOW_HALF 0
#endif
#define FIRST_ARGUMENT (offsetof(struct seccomp_data, args[0]) + LOW_HALF)

/* From now on, system calls with this word fail. */
static void refuse_calls(size_t offset, uint32_t word)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = 4, .filter = code };

	REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

static void check_error(const char *begin)
{
	struct own_caps own;
	struct err err = { 0 };

	CHECK(own_caps_read(&own, &err) == -1);
	CHECK_HAS(err.text, begin);
}

/* Less is held than could be; the error says so. */
static void check_late_error(void)
{
	struct own_caps own;
	struct err err = { 0 };

	REQUIRE(own_caps_read_on_demand(&own, &err) == 0);
	CHECK(own_caps_check(&own, &err) == 0);
	refuse_calls(FIRST_ARGUMENT, PR_CAPBSET_READ);
	CHECK_U64(own_caps_bounding(&own, UINT64_MAX), 0);
	CHECK(own_caps_check(&own, &err) == -1);
	CHECK_HAS(err.text, "read own bounding set: ");
}

static void check_refused(void)
{
	refuse_calls(offsetof(struct seccomp_data, nr), SYS_capget);
	check_error("read own capabilities: ");
	refuse_calls(FIRST_ARGUMENT, PR_CAPBSET_READ);
	check_error("read own bounding set: ");
	refuse_calls(FIRST_ARGUMENT, PR_GET_SECUREBITS);
	check_error("read own securebits: ");
}

static void a_call_that_fails_is_an_error(void)
{
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		SKIP("system calls cannot be filtered here");
	run_in_child(check_refused);
	run_in_child(check_late_error);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_sets_are_those_of_proc),
	TAP_TEST(what_was_given_up_is_not_held),
	TAP_TEST(random_sets_are_those_of_libcap),
	TAP_TEST(a_securebit_can_forbid_ambient),
	TAP_TEST(a_call_that_fails_is_an_error),
};

TAP_MAIN(tests)
