/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/profile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "native_seccomp.h"

#define FAILS(number) (SECCOMP_RET_ERRNO | (number))
#define ARCHES(names) "\"architectures\":[" names "],"
#define ALLOW_ALL "\"defaultAction\":\"SCMP_ACT_ALLOW\","
#define FAIL_ALL "\"defaultAction\":\"SCMP_ACT_ERRNO\","

/* `seccomp`: the members of linux.seccomp. */
static struct seccomp_profile *
read_text(const char *seccomp, enum runtime_dialect dialect, struct err *err)
{
	struct seccomp_profile *profile = NULL;
	char *text CLEANUP_FREE = NULL;
	struct testdata data CLEANUP_TESTDATA = { .owned = NULL };

	*err = (struct err){ 0 };
	know_every_action();
	if (asprintf(&text, "{\"linux\":{\"seccomp\":{%s}}}", seccomp) < 0)
		abort();
	data = testdata_of(text);
	if (json_check(&data.doc, err) == 0 &&
	    seccomp_profile_read(&profile, &data.doc, dialect, err) < 0)
		CHECK(*err->text && !profile);
	return profile;
}

static struct seccomp_profile *read_fixture(const char *name,
					    enum runtime_dialect dialect)
{
	char *path CLEANUP_FREE = testdata_path(name);
	struct testdata data CLEANUP_TESTDATA = testdata_read(path);
	struct seccomp_profile *profile = NULL;
	struct err err = { 0 };

	know_every_action();
	CHECK(json_check(&data.doc, &err) == 0);
	list_native_arches(&data);
	CHECK(seccomp_profile_read(&profile, &data.doc, dialect, &err) == 0);
	CHECK_STR(err.text, "");
	return profile;
}

static uint32_t ask_with(const struct seccomp_profile *profile,
			 const char *name, uint64_t first, uint64_t second,
			 uint64_t third)
{
	const uint64_t args[6] = { first, second, third };
	int nr = seccomp_call_number(name);

	CHECK(nr >= 0);
	return seccomp_profile_run(profile, 0, nr, args);
}

static uint32_t ask(const struct seccomp_profile *profile, const char *name)
{
	return ask_with(profile, name, 0, 0, 0);
}

/* One profile, one call. */
static uint32_t answer(const char *seccomp, const char *name, uint64_t first,
		       uint64_t second)
{
	struct err err;
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_text(seccomp, RUNTIME_CRUN, &err);

	CHECK_STR(err.text, "");
	CHECK(profile);
	return ask_with(profile, name, first, second, 0);
}

static void check_refused(const char *seccomp, const char *why)
{
	struct err err;
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_text(seccomp, RUNTIME_RUNC, &err);

	CHECK(!profile);
	CHECK_HAS(err.text, why);
}

static void without_a_profile_all_is_open(void)
{
	static const char *const texts[] = {
		"{}", "{\"linux\":null}", "{\"linux\":{\"seccomp\":null}}",
		"{\"linux\":{\"seccomp\":{}}}",
		"{\"linux\":{\"seccomp\":{\"syscalls\":[]}}}"
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct testdata data CLEANUP_TESTDATA = testdata_of(texts[i]);
		struct seccomp_profile *profile;
		struct err err = { 0 };

		CHECK(seccomp_profile_read(&profile, &data.doc, RUNTIME_RUNC,
					   &err) == 0);
		CHECK(!profile);
		CHECK_U64(ask(profile, "reboot"), SECCOMP_RET_ALLOW);
	}
}

static void the_default_answers_for_what_is_not_named(void)
{
	CHECK_U64(answer(ALLOW_ALL "\"syscalls\":null", "reboot", 0, 0),
		  SECCOMP_RET_ALLOW);
	CHECK_U64(answer(FAIL_ALL "\"syscalls\":[]", "reboot", 0, 0),
		  FAILS(EPERM));
	CHECK_U64(answer("\"defaultAction\":\"SCMP_ACT_ERRNO\","
			 "\"defaultErrnoRet\":38",
			 "reboot", 0, 0),
		  FAILS(ENOSYS));
	CHECK_U64(answer("\"defaultAction\":\"SCMP_ACT_KILL\"", "reboot", 0, 0),
		  SECCOMP_RET_KILL_THREAD);
	CHECK_U64(answer("\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\"",
			 "reboot", 0, 0),
		  SECCOMP_RET_KILL_PROCESS);
	CHECK_U64(
		answer("\"defaultAction\":\"SCMP_ACT_TRAP\"", "reboot", 0, 0) &
			SECCOMP_RET_ACTION_FULL,
		SECCOMP_RET_TRAP);
	CHECK_U64(answer("\"defaultAction\":\"SCMP_ACT_LOG\"", "reboot", 0, 0),
		  SECCOMP_RET_LOG);
}

static void an_errno_is_the_rules_own(void)
{
	CHECK_U64(answer(ALLOW_ALL "\"syscalls\":[{\"names\":[\"reboot\"],"
				   "\"action\":\"SCMP_ACT_ERRNO\"}]",
			 "reboot", 0, 0),
		  FAILS(EPERM));
	CHECK_U64(answer(ALLOW_ALL "\"syscalls\":[{\"names\":[\"reboot\"],"
				   "\"action\":\"SCMP_ACT_ERRNO\","
				   "\"errnoRet\":13}]",
			 "reboot", 0, 0),
		  FAILS(EACCES));
	CHECK_U64(answer(ALLOW_ALL "\"syscalls\":[{\"names\":[\"reboot\"],"
				   "\"action\":\"SCMP_ACT_TRACE\","
				   "\"errnoRet\":5}]",
			 "reboot", 0, 0),
		  SECCOMP_RET_TRACE | 5);
}

static void names_that_nobody_knows_are_left_out(void)
{
	CHECK_U64(answer(FAIL_ALL "\"syscalls\":[{\"names\":[\"no_such_call\","
				  "\"reboot\"],\"action\":\"SCMP_ACT_ALLOW\"}]",
			 "reboot", 0, 0),
		  SECCOMP_RET_ALLOW);
}

#define COMPARED(args)                                                         \
	FAIL_ALL "\"syscalls\":[{\"names\":[\"personality\"],"                 \
		 "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" args "]}]"
#define COMPARES(op, value)                                                    \
	COMPARED("{\"index\":0,\"op\":\"SCMP_CMP_" op "\",\"value\":" value "}")

static bool is_open(const char *seccomp, uint64_t first, uint64_t second)
{
	return answer(seccomp, "personality", first, second) ==
	       SECCOMP_RET_ALLOW;
}

static void an_argument_is_compared_with_all_its_64_bits(void)
{
	static const char big[] = COMPARES("EQ", "4294967297");

	CHECK(is_open(big, UINT64_C(4294967297), 0));
	CHECK(!is_open(big, 1, 0));
	CHECK(is_open(COMPARES("EQ", "18446744073709551615"), UINT64_MAX, 0));
	CHECK(is_open(COMPARES("NE", "5"), 4, 0));
	CHECK(!is_open(COMPARES("NE", "5"), 5, 0));
	CHECK(is_open(COMPARES("LT", "5"), 4, 0));
	CHECK(!is_open(COMPARES("LT", "5"), 5, 0));
	CHECK(is_open(COMPARES("LE", "5"), 5, 0));
	CHECK(!is_open(COMPARES("LE", "5"), 6, 0));
	CHECK(is_open(COMPARES("GT", "5"), 6, 0));
	CHECK(!is_open(COMPARES("GT", "5"), 5, 0));
	CHECK(is_open(COMPARES("GE", "5"), 5, 0));
	CHECK(!is_open(COMPARES("GE", "5"), 4, 0));
}

static void a_mask_leaves_the_other_bits_out(void)
{
	static const char masked[] =
		COMPARED("{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\","
			 "\"value\":12,\"valueTwo\":4}");

	CHECK(is_open(masked, 4, 0));
	CHECK(is_open(masked, 0xf0f7, 0));
	CHECK(!is_open(masked, 8, 0));
	CHECK(!is_open(masked, 12, 0));
}

static void conditions_on_several_arguments_must_all_hold(void)
{
	static const char both[] =
		COMPARED("{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":1},"
			 "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":2}");

	CHECK(is_open(both, 1, 2));
	CHECK(!is_open(both, 1, 3));
	CHECK(!is_open(both, 2, 2));
}

/* libseccomp refuses them in one rule; both runtimes make two rules. */
static void of_two_conditions_on_one_argument_either_will_do(void)
{
	static const char either[] =
		COMPARED("{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":1},"
			 "{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":2}");

	CHECK(is_open(either, 1, 0));
	CHECK(is_open(either, 2, 0));
	CHECK(!is_open(either, 3, 0));
}

static void a_rule_twice_is_one_rule(void)
{
	CHECK_U64(answer(FAIL_ALL
			 "\"syscalls\":[{\"names\":[\"reboot\",\"reboot\"],"
			 "\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":"
			 "[\"reboot\"],\"action\":\"SCMP_ACT_ALLOW\"}]",
			 "reboot", 0, 0),
		  SECCOMP_RET_ALLOW);
}

#define NEWEST_IS_READ                                                         \
	"\"syscalls\":[{\"names\":[\"read\",\"write\"],\"action\":"            \
	"\"SCMP_ACT_ALLOW\"}]"

/* Call numbers depend on the architecture; those of newer calls are higher. */
static void under_runc_what_is_newer_than_the_profile_does_not_exist(void)
{
	static const struct {
		const char *seccomp;
		uint32_t runc, crun;
	} cases[] = {
		{ FAIL_ALL NEWEST_IS_READ, FAILS(ENOSYS), FAILS(EPERM) },
		{ FAIL_ALL "\"defaultErrnoRet\":38," NEWEST_IS_READ,
		  FAILS(ENOSYS), FAILS(ENOSYS) },
		{ "\"defaultAction\":\"SCMP_ACT_KILL\"," NEWEST_IS_READ,
		  FAILS(ENOSYS), SECCOMP_RET_KILL_THREAD },
		{ "\"defaultAction\":\"SCMP_ACT_LOG\"," NEWEST_IS_READ,
		  SECCOMP_RET_LOG, SECCOMP_RET_LOG },
		{ FAIL_ALL ARCHES("\"" ANOTHER_ARCH "\"") NEWEST_IS_READ,
		  FAILS(ENOSYS), FAILS(EPERM) },
		{ FAIL_ALL "\"syscalls\":[{\"names\":[\"openat2\"],"
			   "\"action\":\"SCMP_ACT_ERRNO\"}]",
		  FAILS(EPERM), FAILS(EPERM) },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		struct seccomp_profile *runc CLEANUP_PROFILE =
			read_text(cases[i].seccomp, RUNTIME_RUNC, &err);
		struct seccomp_profile *crun CLEANUP_PROFILE =
			read_text(cases[i].seccomp, RUNTIME_CRUN, &err);

		REQUIRE(runc && crun);
		CHECK_U64(ask(runc, "openat2"), cases[i].runc);
		CHECK_U64(ask(crun, "openat2"), cases[i].crun);
	}
}

static struct seccomp_profile *clock_profile(const char *arches)
{
	char *text CLEANUP_FREE = NULL;
	struct seccomp_profile *profile;
	struct err err;

	if (asprintf(
		    &text,
		    FAIL_ALL ARCHES(
			    "%s") "\"syscalls\":[{\"names\":[\"clock_settime\"],"
				  "\"action\":\"SCMP_ACT_ALLOW\"}]",
		    arches) < 0)
		abort();
	profile = read_text(text, RUNTIME_CRUN, &err);
	CHECK_STR(err.text, "");
	return profile;
}

/* By the number that clock_settime has in `arch`. */
static uint32_t ask_clock(const struct seccomp_profile *profile, uint32_t arch)
{
	static const uint64_t args[6];
	int nr = seccomp_syscall_resolve_name_arch(arch, "clock_settime");

	CHECK(nr > 0);
	return seccomp_profile_run(profile, arch, nr, args);
}

static void another_architecture_has_its_own_numbers(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		clock_profile("\"" ANOTHER_ARCH "\"");
	static const uint64_t args[6];

	REQUIRE(profile);
	CHECK_U64(ask_clock(profile, ANOTHER_ARCH_TOKEN), SECCOMP_RET_ALLOW);
	CHECK_U64(seccomp_profile_run(profile, ANOTHER_ARCH_TOKEN,
				      SYS_clock_settime, args),
		  FAILS(EPERM));
	/* An architecture that is not in the list. */
	CHECK_U64(seccomp_profile_run(profile, SCMP_ARCH_PARISC,
				      SYS_clock_settime, args),
		  SECCOMP_RET_KILL_THREAD);
}

/* The runtime adds this machine's, whatever the list says. */
static void a_list_for_another_machine_is_foreign_and_its_rules_apply(void)
{
	static const struct {
		const char *arches;
		bool foreign;
	} cases[] = {
		{ "", false },
		{ NATIVE_ARCHES, false },
		{ NATIVE_ARCHES ",\"" ANOTHER_ARCH "\"", false },
		{ "\"" ANOTHER_ARCH "\"", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seccomp_profile *profile CLEANUP_PROFILE =
			clock_profile(cases[i].arches);

		CHECK(seccomp_profile_is_foreign(profile) == cases[i].foreign);
		CHECK_U64(ask(profile, "clock_settime"), SECCOMP_RET_ALLOW);
		CHECK_U64(ask(profile, "reboot"), FAILS(EPERM));
	}
	CHECK(!seccomp_profile_is_foreign(NULL));
}

static void programs_of_32_bits_have_their_own_numbers(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		clock_profile(NATIVE_ARCHES);

	REQUIRE(profile);
	if (!NATIVE_SUB_ARCH)
		SKIP("none here");
	CHECK_U64(ask_clock(profile, NATIVE_SUB_ARCH), SECCOMP_RET_ALLOW);
	CHECK_U64(ask_clock(profile, seccomp_arch_native()), SECCOMP_RET_ALLOW);
}

/* Not libseccomp's own for what socketcall(2) and ipc(2) do as well. */
static void a_call_has_the_number_of_the_kernels_headers(void)
{
	static const struct {
		const char *name;
		int nr;
	} calls[] = {
		{ "bind", SYS_bind },
		{ "bpf", SYS_bpf },
		{ "clock_settime", SYS_clock_settime },
		{ "clone", SYS_clone },
		{ "mount", SYS_mount },
		{ "msgctl", SYS_msgctl },
		{ "semctl", SYS_semctl },
		{ "setsockopt", SYS_setsockopt },
		{ "shmctl", SYS_shmctl },
		{ "socket", SYS_socket },
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (!CHECK(seccomp_call_number(calls[i].name) == calls[i].nr))
			printf("# %s\n", calls[i].name);
	CHECK(seccomp_call_number("no_such_call") < 0);
	CHECK(seccomp_call_number("chown32") < 0);
}

static void what_a_runtime_would_refuse_is_refused_by_place(void)
{
	check_refused("\"syscalls\":[{\"names\":[\"read\"]}]",
		      "'t':1:21: 'defaultAction' is missing");
	check_refused("\"defaultAction\":\"ALLOW\"", "unknown action 'ALLOW'");
	check_refused("\"defaultAction\":1",
		      "'defaultAction' must be a string, not a number");
	check_refused(ALLOW_ALL "\"defaultAction\":\"SCMP_ACT_LOG\"",
		      "defaultAction");
	check_refused(ALLOW_ALL "\"architectures\":[\"SCMP_ARCH_Z80\"]",
		      "unknown architecture 'SCMP_ARCH_Z80'");
	check_refused(
		ALLOW_ALL ARCHES("\"" OTHER_ORDER_ARCH "\"") "\"syscalls\":[]",
		OTHER_ORDER_ARCH " has another byte order than this "
				 "machine's SCMP_ARCH_");
	check_refused(ALLOW_ALL "\"architectures\":[1]",
		      "'architecture' must be a string, not a number");
	check_refused(ALLOW_ALL "\"syscalls\":{}",
		      "'syscalls' must be a list, not an object");
	check_refused(ALLOW_ALL "\"syscalls\":[1]",
		      "expected an object, not a number");
	check_refused(ALLOW_ALL "\"syscalls\":[{\"names\":[\"read\"]}]",
		      "'action' is missing");
	check_refused(ALLOW_ALL "\"syscalls\":[{\"action\":\"SCMP_ACT_LOG\","
				"\"names\":[1]}]",
		      "expected a string, not a number");
	check_refused(ALLOW_ALL "\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\","
				"\"errnoRet\":65536}]",
		      "'errnoRet' must be a whole number from 0 to 65535");
	check_refused(ALLOW_ALL "\"syscalls\":[{\"action\":\"SCMP_ACT_ERRNO\","
				"\"names\":[\"read\"],\"errnoRet\":4096}]",
		      "libseccomp cannot add the rule");
	check_refused(COMPARED("1"), "expected an object, not a number");
	check_refused(COMPARED("{\"index\":6,\"op\":\"SCMP_CMP_EQ\"}"),
		      "'index' must be a whole number from 0 to 5");
	check_refused(COMPARED("{\"index\":0,\"op\":\"EQ\"}"),
		      "unknown comparison 'EQ'");
	check_refused(COMPARED("{\"index\":0}"), "'op' is missing");
	check_refused(COMPARES("EQ", "-1"), "'value' must be a whole number");
	check_refused(COMPARES("EQ", "1e3"), "'value' must be a whole number");
	check_refused(COMPARES("EQ", "18446744073709551616"),
		      "'value' must be a whole number");
}

static void too_many_conditions_are_refused(void)
{
	char text[8192] = FAIL_ALL "\"syscalls\":[{\"names\":[\"read\"],"
				   "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[";

	for (int i = 0; i < 65; i++)
		strcat(text, i ? ",{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}"
			       : "{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}");
	strcat(text, "]}]");
	check_refused(text, "too many conditions");
}

#define CRIO "fixtures/crio/add.config.json"
#define CONTAINERD "fixtures/containerd-ctr/seccomp.config.json"
#define CONTAINERD_TIME "fixtures/containerd-ctr/seccomp-systime.config.json"
#define PODMAN "fixtures/podman/user1000.config.json"

static void crio_lets_new_namespaces_be_made_by_no_way(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(CRIO, RUNTIME_RUNC);
	static const uint64_t flags[] = { CLONE_NEWNS,	CLONE_NEWCGROUP,
					  CLONE_NEWUTS, CLONE_NEWIPC,
					  CLONE_NEWPID, CLONE_NEWNET };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		CHECK_U64(ask_with(profile, "clone", flags[i] | CLONE_VM, 0, 0),
			  FAILS(EPERM));
	CHECK_U64(ask_with(profile, "clone", CLONE_NEWUSER, 0, 0),
		  FAILS(EPERM));
	CHECK_U64(ask_with(profile, "clone", CLONE_VM | 17, 0, 0),
		  SECCOMP_RET_ALLOW);
	CHECK_U64(ask(profile, "clone3"), FAILS(ENOSYS));
	CHECK_U64(ask(profile, "unshare"), FAILS(ENOSYS));
}

static void crio_keeps_the_audit_socket_closed_and_no_other(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(CRIO, RUNTIME_CRUN);

	CHECK_U64(ask_with(profile, "socket", AF_NETLINK, SOCK_RAW, 9),
		  FAILS(EINVAL));
	CHECK_U64(ask_with(profile, "socket", AF_NETLINK, SOCK_RAW, 0),
		  SECCOMP_RET_ALLOW);
	CHECK_U64(ask_with(profile, "socket", AF_INET, SOCK_RAW, 1),
		  SECCOMP_RET_ALLOW);
	CHECK_U64(ask_with(profile, "socket", AF_PACKET, SOCK_RAW, 9),
		  SECCOMP_RET_ALLOW);
	CHECK_U64(ask(profile, "bind"), SECCOMP_RET_ALLOW);
	CHECK_U64(ask(profile, "mlock"), SECCOMP_RET_ALLOW);
}

static void under_crun_the_seventh_condition_of_a_rule_does_not_count(void)
{
	struct seccomp_profile *runc CLEANUP_PROFILE =
		read_fixture(CRIO, RUNTIME_RUNC);
	struct seccomp_profile *crun CLEANUP_PROFILE =
		read_fixture(CRIO, RUNTIME_CRUN);

	CHECK_U64(ask_with(runc, "clone", CLONE_NEWCGROUP, 0, 0), FAILS(EPERM));
	CHECK_U64(ask_with(crun, "clone", CLONE_NEWCGROUP, 0, 0),
		  FAILS(ENOSYS));
	CHECK_U64(ask_with(crun, "clone", CLONE_NEWNET, 0, 0), FAILS(EPERM));
}

static void containerd_lets_a_user_namespace_through_no_more_than_others(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(CONTAINERD, RUNTIME_RUNC);

	CHECK_U64(ask_with(profile, "clone", CLONE_NEWUSER, 0, 0),
		  FAILS(EPERM));
	CHECK_U64(ask_with(profile, "clone", CLONE_NEWNS, 0, 0), FAILS(EPERM));
	CHECK_U64(ask_with(profile, "clone", 17, 0, 0), SECCOMP_RET_ALLOW);
	CHECK_U64(ask(profile, "clone3"), FAILS(ENOSYS));
	CHECK_U64(ask_with(profile, "personality", 8, 0, 0), SECCOMP_RET_ALLOW);
	CHECK_U64(ask_with(profile, "personality", 9, 0, 0), FAILS(EPERM));
}

static void containerd_opens_what_a_capability_needs(void)
{
	struct seccomp_profile *without CLEANUP_PROFILE =
		read_fixture(CONTAINERD, RUNTIME_RUNC);
	struct seccomp_profile *with CLEANUP_PROFILE =
		read_fixture(CONTAINERD_TIME, RUNTIME_RUNC);

	CHECK_U64(ask(without, "clock_settime"), FAILS(EPERM));
	CHECK_U64(ask(with, "clock_settime"), SECCOMP_RET_ALLOW);
	CHECK_U64(ask(with, "reboot"), FAILS(EPERM));
}

static void podman_answers_ENOSYS_to_what_it_does_not_know(void)
{
	struct seccomp_profile *profile CLEANUP_PROFILE =
		read_fixture(PODMAN, RUNTIME_CRUN);

	CHECK_U64(ask_with(profile, "socket", AF_NETLINK, SOCK_RAW, 9),
		  FAILS(EINVAL));
	CHECK_U64(ask(profile, "clock_settime"), FAILS(EPERM));
	CHECK_U64(ask(profile, "process_vm_readv"), SECCOMP_RET_ALLOW);
	CHECK_U64(ask(profile, "kexec_load"), FAILS(EPERM));
	CHECK_U64(ask(profile, "quotactl_fd"), FAILS(ENOSYS));
}

static size_t profiles;

static void read_one(const char *path, const struct json_doc *doc)
{
	for (int dialect = RUNTIME_RUNC; dialect <= RUNTIME_CRUN; dialect++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_copy(doc->name, doc->text, doc->len);
		struct seccomp_profile *profile CLEANUP_PROFILE = NULL;
		struct err err = { 0 };

		CHECK(json_check(&data.doc, &err) == 0);
		list_native_arches(&data);
		CHECK(seccomp_profile_read(&profile, &data.doc,
					   (enum runtime_dialect)dialect,
					   &err) == 0);
		if (*err.text)
			printf("# %s: %s\n", path, err.text);
		profiles += profile != NULL;
		CHECK_U64(ask(profile, "bind"), SECCOMP_RET_ALLOW);
	}
}

static void every_profile_of_an_engine_can_be_asked(void)
{
	CHECK(testdata_each("fixtures", ".config.json", read_one) > 30);
	CHECK(profiles > 30);
}

static const struct tap_test tests[] = {
	TAP_TEST(without_a_profile_all_is_open),
	TAP_TEST(the_default_answers_for_what_is_not_named),
	TAP_TEST(an_errno_is_the_rules_own),
	TAP_TEST(names_that_nobody_knows_are_left_out),
	TAP_TEST(an_argument_is_compared_with_all_its_64_bits),
	TAP_TEST(a_mask_leaves_the_other_bits_out),
	TAP_TEST(conditions_on_several_arguments_must_all_hold),
	TAP_TEST(of_two_conditions_on_one_argument_either_will_do),
	TAP_TEST(a_rule_twice_is_one_rule),
	TAP_TEST(under_runc_what_is_newer_than_the_profile_does_not_exist),
	TAP_TEST(another_architecture_has_its_own_numbers),
	TAP_TEST(a_list_for_another_machine_is_foreign_and_its_rules_apply),
	TAP_TEST(programs_of_32_bits_have_their_own_numbers),
	TAP_TEST(a_call_has_the_number_of_the_kernels_headers),
	TAP_TEST(what_a_runtime_would_refuse_is_refused_by_place),
	TAP_TEST(too_many_conditions_are_refused),
	TAP_TEST(crio_lets_new_namespaces_be_made_by_no_way),
	TAP_TEST(crio_keeps_the_audit_socket_closed_and_no_other),
	TAP_TEST(under_crun_the_seventh_condition_of_a_rule_does_not_count),
	TAP_TEST(containerd_lets_a_user_namespace_through_no_more_than_others),
	TAP_TEST(containerd_opens_what_a_capability_needs),
	TAP_TEST(podman_answers_ENOSYS_to_what_it_does_not_know),
	TAP_TEST(every_profile_of_an_engine_can_be_asked),
};

TAP_MAIN(tests)
