/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "program.h"

#include "tap.h"

#define NET_BIND_SERVICE (UINT64_C(1) << 10)
#define NET_RAW (UINT64_C(1) << 13)
#define SYS_ADMIN (UINT64_C(1) << 21)
#define ALL UINT64_MAX

static const struct program_users nobody_knows;

static struct program with_caps(capmask permitted)
{
	return (struct program){
		.executable = true,
		.has_caps = PROGRAM_CAPS,
		.caps = { .version = 2,
			  .permitted = permitted,
			  .effective = true },
	};
}

static struct program with_setuid(uint32_t uid)
{
	return (struct program){ .uid = uid,
				 .executable = true,
				 .setuid = true };
}

static void check_effect(const struct program *program,
			 const struct program_users *users,
			 enum program_effect effect, const char *reason)
{
	const char *why;

	CHECK(program_effect(program, users, &why) == effect);
	CHECK_STR(why, reason);
}

static void plain_programs_are_not_special(void)
{
	struct program program = { .executable = true };

	CHECK(!program_is_special(&program));
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT, NULL);
	program.setuid = true;
	CHECK(program_is_special(&program));
	program = (struct program){ .setgid = true };
	CHECK(program_is_special(&program));
	program = with_caps(0);
	CHECK(program_is_special(&program));
	program.has_caps = PROGRAM_CAPS_ELSEWHERE;
	CHECK(program_is_special(&program));
}

static void setuid_root_is_dangerous_and_others_raise(void)
{
	struct program root = with_setuid(0), other = with_setuid(1000);
	struct program group = { .executable = true, .setgid = true };

	check_effect(&root, &nobody_knows, PROGRAM_DANGEROUS, NULL);
	check_effect(&other, &nobody_knows, PROGRAM_RAISES, NULL);
	check_effect(&group, &nobody_knows, PROGRAM_RAISES, NULL);
}

static void dangerous_capabilities_are_dangerous(void)
{
	struct program program = with_caps(NET_RAW);

	check_effect(&program, &nobody_knows, PROGRAM_RAISES, NULL);
	program.caps.inheritable = SYS_ADMIN;
	check_effect(&program, &nobody_knows, PROGRAM_DANGEROUS, NULL);
	program = with_caps(NET_RAW | SYS_ADMIN);
	check_effect(&program, &nobody_knows, PROGRAM_DANGEROUS, NULL);
}

static void what_execve_does_not_look_at_has_no_effect(void)
{
	struct program program = with_setuid(0);

	program.has_caps = PROGRAM_CAPS;
	program.caps = with_caps(SYS_ADMIN).caps;
	program.script = true;
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT,
		     "a script: its interpreter's bits count");
	program.nosuid = true;
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT,
		     "on a nosuid mount");
	program.noexec = true;
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT,
		     "on a noexec mount");
	program.executable = false;
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT,
		     "nobody may execute it");
}

static void capabilities_of_version_3_count_for_their_root_alone(void)
{
	static const char reason[] = "for the root of another user namespace";
	struct program_users own = { .known = true, .root = 100000 };
	struct program program = with_caps(NET_RAW);

	program.caps.version = 3;
	check_effect(&program, &nobody_knows, PROGRAM_RAISES, NULL);
	program.caps.root = 100000;
	check_effect(&program, &nobody_knows, PROGRAM_NO_EFFECT, reason);
	check_effect(&program, &own, PROGRAM_RAISES, NULL);
	own.root = 200000;
	check_effect(&program, &own, PROGRAM_NO_EFFECT, reason);
	program.has_caps = PROGRAM_CAPS_ELSEWHERE;
	check_effect(&program, &own, PROGRAM_NO_EFFECT, reason);
	program.setuid = true;
	check_effect(&program, &own, PROGRAM_DANGEROUS, NULL);
}

static bool map_from_100000(const void *context, bool group, uint32_t id,
			    uint32_t *ret_id)
{
	(void)context;
	(void)group;
	*ret_id = id - 100000;
	return id >= 100000;
}

static void setuid_counts_where_its_owner_is_somebody(void)
{
	struct program_users users = { .known = true,
				       .root = 100000,
				       .map = map_from_100000 };
	struct program program = with_setuid(100000);

	program.gid = 100005;
	check_effect(&program, &users, PROGRAM_DANGEROUS, NULL);
	program.uid = 100001;
	check_effect(&program, &users, PROGRAM_RAISES, NULL);
	program.uid = 0;
	check_effect(&program, &users, PROGRAM_NO_EFFECT,
		     "its owner is nobody in the user namespace");
	program.uid = 100000;
	program.gid = 5;
	check_effect(&program, &users, PROGRAM_NO_EFFECT,
		     "its owner is nobody in the user namespace");
}

static enum program_verdict judge(const struct program *program,
				  const struct program_grant *grant,
				  capmask lacking)
{
	capmask got;
	enum program_verdict verdict = program_judge(program, grant, &got);

	CHECK_U64(got, lacking);
	return verdict;
}

static void what_ambient_holds_makes_the_file_redundant(void)
{
	struct program_grant grant = { .ambient = NET_RAW | NET_BIND_SERVICE,
				       .bounding = ALL };
	struct program program = with_caps(NET_RAW);

	CHECK(judge(&program, &grant, 0) == PROGRAM_REDUNDANT);
	grant.no_new_privileges = true;
	CHECK(judge(&program, &grant, 0) == PROGRAM_REDUNDANT);
	grant.no_new_privileges = false;
	program.caps.inheritable = SYS_ADMIN;
	CHECK(judge(&program, &grant, 0) == PROGRAM_UNTOUCHED);
	program = with_caps(NET_RAW | SYS_ADMIN);
	CHECK(judge(&program, &grant, 0) == PROGRAM_UNTOUCHED);
	program = with_caps(NET_RAW);
	program.setgid = true;
	CHECK(judge(&program, &grant, 0) == PROGRAM_UNTOUCHED);
}

static void no_new_privileges_breaks_what_raises(void)
{
	struct program_grant grant = { .ambient = NET_RAW,
				       .bounding = ALL,
				       .no_new_privileges = true };
	struct program caps = with_caps(NET_RAW | NET_BIND_SERVICE);
	struct program ids = with_setuid(0);

	CHECK(judge(&caps, &grant, 0) == PROGRAM_BREAKS);
	CHECK(judge(&ids, &grant, 0) == PROGRAM_BREAKS);
	grant.no_new_privileges = false;
	CHECK(judge(&caps, &grant, 0) == PROGRAM_UNTOUCHED);
	CHECK(judge(&ids, &grant, 0) == PROGRAM_UNTOUCHED);
}

static void what_bounding_lacks_fails_only_with_the_effective_bit(void)
{
	struct program_grant grant = { .ambient = NET_BIND_SERVICE,
				       .bounding = NET_BIND_SERVICE };
	struct program program = with_caps(NET_RAW | NET_BIND_SERVICE);

	CHECK(judge(&program, &grant, NET_RAW) == PROGRAM_OUT_OF_BOUNDING);
	program.caps.inheritable = NET_RAW;
	CHECK(judge(&program, &grant, NET_RAW) == PROGRAM_OUT_OF_BOUNDING);
	grant.inheritable = NET_RAW;
	CHECK(judge(&program, &grant, 0) == PROGRAM_UNTOUCHED);
	grant.inheritable = 0;
	program.caps.effective = false;
	CHECK(judge(&program, &grant, 0) == PROGRAM_UNTOUCHED);
}

static const struct tap_test tests[] = {
	TAP_TEST(plain_programs_are_not_special),
	TAP_TEST(setuid_root_is_dangerous_and_others_raise),
	TAP_TEST(dangerous_capabilities_are_dangerous),
	TAP_TEST(what_execve_does_not_look_at_has_no_effect),
	TAP_TEST(capabilities_of_version_3_count_for_their_root_alone),
	TAP_TEST(setuid_counts_where_its_owner_is_somebody),
	TAP_TEST(what_ambient_holds_makes_the_file_redundant),
	TAP_TEST(no_new_privileges_breaks_what_raises),
	TAP_TEST(what_bounding_lacks_fails_only_with_the_effective_bit),
};

TAP_MAIN(tests)
