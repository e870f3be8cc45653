/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/closed.h"

#include <errno.h>
#include <linux/seccomp.h>

#include "native_seccomp.h"

#define CRIO "fixtures/crio/add.config.json"
#define CONTAINERD "fixtures/containerd-ctr/seccomp.config.json"
#define CONTAINERD_TIME "fixtures/containerd-ctr/seccomp-systime.config.json"
#define PODMAN "fixtures/podman/user1000.config.json"

static struct seccomp_profile *read_fixture(const char *name)
{
	char *path CLEANUP_FREE = testdata_path(name);
	struct testdata data CLEANUP_TESTDATA = testdata_read(path);
	struct seccomp_profile *profile = NULL;
	struct err err = { 0 };

	know_every_action();
	CHECK(json_check(&data.doc, &err) == 0);
	list_native_arches(&data);
	CHECK(seccomp_profile_read(&profile, &data.doc, RUNTIME_CRUN, &err) ==
	      0);
	return profile;
}

static struct seccomp_profile *read_text(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct seccomp_profile *profile = NULL;
	struct err err = { 0 };

	know_every_action();
	CHECK(seccomp_profile_read(&profile, &data.doc, RUNTIME_CRUN, &err) ==
	      0);
	return profile;
}

static capmask bit_of(const char *name)
{
	return capset_from_name(name, strlen(name));
}

static enum seccomp_closing closing(const struct seccomp_profile *profile,
				    const char *name)
{
	struct seccomp_closed closed;

	seccomp_closed(profile, bit_of(name), &closed);
	return closed.closing;
}

static bool is_listed(const struct seccomp_closed *closed, const char *shown)
{
	for (size_t i = 0; i < closed->count; i++)
		if (strcmp(closed->calls[i].call->shown, shown) == 0)
			return true;
	return false;
}

/* A misspelled name would never be reported as closed. */
static void libseccomp_knows_every_name(void)
{
	for (int bit = 0; bit < 64; bit++) {
		const struct cap_syscalls *calls =
			cap_syscalls_of(UINT64_C(1) << bit);

		for (size_t i = 0; calls && i < calls->count; i++)
			if (!CHECK(seccomp_syscall_resolve_name(
					   calls->calls[i].name) !=
				   __NR_SCMP_ERROR))
				printf("# %s\n", calls->calls[i].name);
	}
}

static void without_a_profile_nothing_is_closed(void)
{
	struct seccomp_closed closed;

	for (int bit = 0; bit < 64; bit++) {
		seccomp_closed(NULL, UINT64_C(1) << bit, &closed);
		CHECK(closed.closing == SECCOMP_OPEN);
	}
}

/* Its profile is made from the bounding set, which lacks them. */
static void containerd_closes_what_these_capabilities_open(void)
{
	static const char *const closed[] = {
		"SYS_BOOT", "SYS_MODULE", "SYS_PACCT", "BPF", "PERFMON",
	};
	static const char *const partly[] = {
		"DAC_READ_SEARCH", "SYS_ADMIN", "SYS_PTRACE", "SYS_TIME",
		"SYS_TTY_CONFIG",  "SYSLOG",	"SYS_NICE",
	};
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(CONTAINERD);

	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (!CHECK(closing(profile, closed[i]) == SECCOMP_CLOSED))
			printf("# %s\n", closed[i]);
	for (size_t i = 0; i < ARRAY_LEN(partly); i++)
		if (!CHECK(closing(profile, partly[i]) == SECCOMP_PARTLY))
			printf("# %s\n", partly[i]);
}

static void every_engine_leaves_these_capabilities_open(void)
{
	static const char *const profiles[] = { CRIO, CONTAINERD, PODMAN };
	static const char *const open[] = {
		"NET_BIND_SERVICE", "NET_RAW", "IPC_LOCK", "CHOWN", "KILL",
		"SETUID",	    "MKNOD",   "SETFCAP"
	};

	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		struct seccomp_profile *profile CLEANUP_PROFILE =
			read_fixture(profiles[i]);

		for (size_t k = 0; k < ARRAY_LEN(open); k++)
			if (!CHECK(closing(profile, open[k]) == SECCOMP_OPEN))
				printf("# %s %s\n", profiles[i], open[k]);
	}
}

static void a_profile_made_for_the_capability_opens_its_calls(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(CONTAINERD_TIME);
	struct seccomp_closed closed;

	seccomp_closed(profile, bit_of("SYS_TIME"), &closed);
	CHECK(!is_listed(&closed, "clock_settime"));
	CHECK(closing(profile, "SYS_BOOT") == SECCOMP_CLOSED);
}

static void each_closed_call_says_what_happens(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE = read_fixture(CRIO);
	struct seccomp_closed closed;
	char text[SECCOMP_ACTION_TEXT_SIZE];

	seccomp_closed(profile, bit_of("AUDIT_WRITE"), &closed);
	CHECK(closed.closing == SECCOMP_CLOSED);
	CHECK_U64(closed.count, 1);
	CHECK_STR(closed.calls[0].call->shown,
		  "socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)");
	seccomp_action_text(closed.calls[0].action, text);
	CHECK_STR(text, "fails with EINVAL");

	seccomp_closed(profile, bit_of("SYS_ADMIN"), &closed);
	CHECK(is_listed(&closed, "clone(CLONE_NEWNS)"));
	CHECK(is_listed(&closed, "bpf"));
	CHECK(!is_listed(&closed, "mount"));
	CHECK_STR(closed.besides, "many ioctls and files");
}

#define BUT(calls)                                                              \
	"{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","        \
	"\"syscalls\":[{\"action\":\"SCMP_ACT_KILL_PROCESS\",\"names\":[" calls \
	"]}]}}}"

static void of_some_calls_one_is_enough(void)
{
	struct seccomp_profile *one CLEANUP_PROFILE =
		read_text(BUT("\"mlock\",\"mlockall\""));
	struct seccomp_profile *all CLEANUP_PROFILE =
		read_text(BUT("\"mlock\",\"mlock2\",\"mlockall\",\"shmctl\""));

	CHECK(closing(one, "IPC_LOCK") == SECCOMP_PARTLY);
	CHECK(closing(all, "IPC_LOCK") == SECCOMP_CLOSED);
	CHECK(closing(all, "IPC_OWNER") == SECCOMP_PARTLY);
}

static void of_all_calls_none_may_be_closed(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_text(BUT("\"bind\""));

	CHECK(closing(profile, "NET_BIND_SERVICE") == SECCOMP_CLOSED);
	CHECK(closing(profile, "NET_RAW") == SECCOMP_OPEN);
}

static void every_action_has_its_words(void)
{
	static const struct {
		uint32_t action;
		bool closes;
		const char *text;
	} cases[] = {
		{ SECCOMP_RET_ALLOW, false, "is allowed" },
		{ SECCOMP_RET_LOG, false, "is allowed" },
		{ SECCOMP_RET_ERRNO | EPERM, true, "fails with EPERM" },
		{ SECCOMP_RET_ERRNO | ENOSYS, true, "fails with ENOSYS" },
		{ SECCOMP_RET_ERRNO | 4000, true, "fails with errno 4000" },
		{ SECCOMP_RET_KILL_PROCESS, true, "kills the process" },
		{ SECCOMP_RET_KILL_THREAD, true, "kills the thread" },
		{ SECCOMP_RET_TRAP | 3, true, "raises SIGSYS" },
		{ SECCOMP_RET_TRACE | 7, false, "is decided by a tracer" },
		{ SECCOMP_RET_USER_NOTIF, false, "is decided by an agent" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[SECCOMP_ACTION_TEXT_SIZE];

		seccomp_action_text(cases[i].action, text);
		CHECK_STR(text, cases[i].text);
		CHECK(seccomp_action_closes(cases[i].action) ==
		      cases[i].closes);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(libseccomp_knows_every_name),
	TAP_TEST(without_a_profile_nothing_is_closed),
	TAP_TEST(containerd_closes_what_these_capabilities_open),
	TAP_TEST(every_engine_leaves_these_capabilities_open),
	TAP_TEST(a_profile_made_for_the_capability_opens_its_calls),
	TAP_TEST(each_closed_call_says_what_happens),
	TAP_TEST(of_some_calls_one_is_enough),
	TAP_TEST(of_all_calls_none_may_be_closed),
	TAP_TEST(every_action_has_its_words),
};

TAP_MAIN(tests)
