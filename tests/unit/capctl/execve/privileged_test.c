/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/privileged.h"

#include "tap.h"

#define NET_BIND_SERVICE (UINT64_C(1) << 10)
#define NET_RAW (UINT64_C(1) << 13)
#define SYS_ADMIN (UINT64_C(1) << 21)
#define ALL UINT64_MAX

static struct privileged_file with_caps(capmask permitted)
{
	return (struct privileged_file){
		.file = { .mode = 0100755,
			  .has_caps = true,
			  .caps = { .version = 2,
				    .permitted = permitted,
				    .effective = true } },
	};
}

static struct privileged_file with_setuid(uint32_t uid)
{
	return (struct privileged_file){ .file = { .mode = 0104755,
						   .uid = uid } };
}

static void check_effect(const struct privileged_file *program, uint32_t root,
			 enum privileged_effect effect, const char *reason)
{
	const char *why;

	CHECK(privileged_effect(program, root, &why) == effect);
	CHECK_STR(why, reason);
}

static void plain_programs_are_not_special(void)
{
	struct privileged_file program = { .file = { .mode = 0100755 } };

	CHECK(!privileged_is_special(&program));
	program.file.mode = 0102745;
	CHECK(!privileged_is_special(&program));
	program.file.mode = 0102755;
	CHECK(privileged_is_special(&program));
	program.file.mode = 0104600;
	CHECK(privileged_is_special(&program));
	CHECK(!privileged_is_executable(&program));
	program.file.mode = 0104010;
	CHECK(privileged_is_executable(&program));
	program.file.mode = 0104001;
	CHECK(privileged_is_executable(&program));
	program = with_caps(0);
	CHECK(privileged_is_special(&program));
	program = (struct privileged_file){ .caps_elsewhere = true };
	CHECK(privileged_is_special(&program));
}

static void setuid_root_is_dangerous_and_others_raise(void)
{
	struct privileged_file root = with_setuid(0), other = with_setuid(1000);
	struct privileged_file group = { .file = { .mode = 0102755 } };
	struct privileged_file like_us = with_setuid(65533);
	struct privileged_file with_few = with_caps(NET_RAW);

	with_few.file.mode = 0104755;
	check_effect(&with_few, 0, PRIVILEGED_DANGEROUS, NULL);
	check_effect(&root, 0, PRIVILEGED_DANGEROUS, NULL);
	check_effect(&other, 0, PRIVILEGED_RAISES, NULL);
	check_effect(&group, 0, PRIVILEGED_RAISES, NULL);
	check_effect(&like_us, 65532, PRIVILEGED_RAISES, NULL);
}

static void dangerous_capabilities_are_dangerous(void)
{
	struct privileged_file program = with_caps(NET_RAW);

	check_effect(&program, 0, PRIVILEGED_RAISES, NULL);
	program.file.caps.inheritable = SYS_ADMIN;
	check_effect(&program, 0, PRIVILEGED_DANGEROUS, NULL);
	program = with_caps(NET_RAW | SYS_ADMIN);
	check_effect(&program, 0, PRIVILEGED_DANGEROUS, NULL);
	program = with_caps(0);
	program.file.caps.inheritable = NET_RAW;
	check_effect(&program, 0, PRIVILEGED_RAISES, NULL);
	program = with_caps(0);
	check_effect(&program, 0, PRIVILEGED_CLEARS, NULL);
}

static void what_execve_does_not_look_at_has_no_effect(void)
{
	struct privileged_file program = with_caps(SYS_ADMIN);

	program.file.nosuid = true;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT, "on a nosuid mount");
	program.file.mode = 0106755;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT, "on a nosuid mount");
	program.script = true;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT,
		     "a script: its interpreter's bits count");
	program.noexec = true;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT, "on a noexec mount");
	program.file.mode = 0106644;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT, "not executable");
}

static void capabilities_of_version_3_count_for_their_root_alone(void)
{
	static const char reason[] = "for the root of another user namespace";
	struct privileged_file program = with_caps(NET_RAW);

	program.file.caps.version = 3;
	check_effect(&program, 0, PRIVILEGED_RAISES, NULL);
	program.file.caps.root = 100000;
	check_effect(&program, 0, PRIVILEGED_NO_EFFECT, reason);
	check_effect(&program, 100000, PRIVILEGED_RAISES, NULL);
	check_effect(&program, 200000, PRIVILEGED_NO_EFFECT, reason);
	program.file.has_caps = false;
	program.caps_elsewhere = true;
	check_effect(&program, 100000, PRIVILEGED_NO_EFFECT, reason);
	program.file.mode = 0104755;
	check_effect(&program, 0, PRIVILEGED_DANGEROUS, NULL);
}

static void setuid_counts_where_its_owner_is_somebody(void)
{
	struct privileged_file program = with_setuid(100000);

	check_effect(&program, 100000, PRIVILEGED_DANGEROUS, NULL);
	check_effect(&program, 200000, PRIVILEGED_RAISES, NULL);
	program.file.unmapped = true;
	check_effect(&program, 100000, PRIVILEGED_NO_EFFECT,
		     "its owner has no ID in the user namespace");
}

static enum privileged_verdict judge(const struct privileged_file *program,
				     const struct privileged_grant *grant,
				     capmask lacking)
{
	capmask got;
	enum privileged_verdict verdict =
		privileged_classify(program, grant, &got);

	CHECK_U64(got, lacking);
	return verdict;
}

static void what_ambient_holds_makes_the_file_redundant(void)
{
	struct privileged_grant grant = { .ambient = NET_RAW, .bounding = ALL };
	struct privileged_file program = with_caps(NET_RAW);

	CHECK(judge(&program, &grant, 0) == PRIVILEGED_REDUNDANT);
	grant.no_new_privileges = true;
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_REDUNDANT);
	grant.no_new_privileges = false;
	program.file.caps.inheritable = SYS_ADMIN;
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_UNTOUCHED);
	program = with_caps(NET_RAW | SYS_ADMIN);
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_UNTOUCHED);
	program = with_caps(NET_RAW);
	program.file.mode = 0102755;
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_UNTOUCHED);
	program = with_caps(0);
	program.file.caps.inheritable = NET_RAW;
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_REDUNDANT);
}

static void a_file_that_clears_the_ambient_set_loses_the_grant(void)
{
	struct privileged_grant grant = { .ambient = NET_RAW | NET_BIND_SERVICE,
					  .bounding = ALL };
	struct privileged_file caps = with_caps(NET_RAW), empty = with_caps(0);
	struct privileged_file user = with_setuid(1000), root = with_setuid(0);
	struct privileged_file group = { .file = { .mode = 0102755 } };
	struct privileged_file script = { .file = { .mode = 0102755 },
					  .script = true };

	CHECK(judge(&caps, &grant, NET_BIND_SERVICE) == PRIVILEGED_LOSES);
	caps.file.caps.effective = false;
	CHECK(judge(&caps, &grant, grant.ambient) == PRIVILEGED_LOSES);
	CHECK(judge(&empty, &grant, grant.ambient) == PRIVILEGED_LOSES);
	CHECK(judge(&user, &grant, grant.ambient) == PRIVILEGED_LOSES);
	CHECK(judge(&group, &grant, grant.ambient) == PRIVILEGED_LOSES);
	CHECK(judge(&script, &grant, 0) == PRIVILEGED_UNTOUCHED);
	CHECK(judge(&root, &grant, 0) == PRIVILEGED_UNTOUCHED);
}

static void a_grant_that_a_pod_can_request_can_be_lost(void)
{
	struct privileged_grant grant = { .requested = NET_RAW,
					  .bounding = ALL };
	struct privileged_file same = with_caps(NET_RAW), empty = with_caps(0);

	CHECK(judge(&same, &grant, 0) == PRIVILEGED_UNTOUCHED);
	CHECK(judge(&empty, &grant, NET_RAW) == PRIVILEGED_LOSES);
	grant.requested = 0;
	CHECK(judge(&empty, &grant, 0) == PRIVILEGED_UNTOUCHED);
}

static void no_new_privileges_breaks_what_raises(void)
{
	struct privileged_grant grant = { .ambient = NET_RAW,
					  .bounding = ALL,
					  .no_new_privileges = true };
	struct privileged_file caps = with_caps(NET_RAW | NET_BIND_SERVICE);
	struct privileged_file ids = with_setuid(0);
	struct privileged_file group = { .file = { .mode = 0102755 } };

	CHECK(judge(&caps, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&ids, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&group, &grant, 0) == PRIVILEGED_BREAKS);
	grant.no_new_privileges = false;
	CHECK(judge(&caps, &grant, 0) == PRIVILEGED_UNTOUCHED);
	CHECK(judge(&ids, &grant, 0) == PRIVILEGED_UNTOUCHED);
	caps = with_caps(NET_BIND_SERVICE);
	grant.no_new_privileges = true;
	CHECK(judge(&caps, &grant, NET_RAW) == PRIVILEGED_LOSES);
	/* Without an ambient set only the IDs differ. */
	grant.ambient = 0;
	ids = with_setuid(1000);
	CHECK(judge(&ids, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&group, &grant, 0) == PRIVILEGED_BREAKS);
}

static void what_bounding_lacks_fails_only_with_the_effective_bit(void)
{
	struct privileged_grant grant = { .ambient = NET_BIND_SERVICE,
					  .bounding = NET_BIND_SERVICE };
	struct privileged_file program = with_caps(NET_RAW | NET_BIND_SERVICE);

	CHECK(judge(&program, &grant, NET_RAW) == PRIVILEGED_OUT_OF_BOUNDING);
	program.file.caps.inheritable = NET_RAW;
	CHECK(judge(&program, &grant, NET_RAW) == PRIVILEGED_OUT_OF_BOUNDING);
	grant.inheritable = NET_RAW;
	CHECK(judge(&program, &grant, 0) == PRIVILEGED_UNTOUCHED);
	grant.inheritable = 0;
	program.file.caps.effective = false;
	CHECK(judge(&program, &grant, NET_BIND_SERVICE) == PRIVILEGED_LOSES);
}

static void a_user_is_judged_by_what_the_file_changes_for_him(void)
{
	struct privileged_grant grant = { .bounding = ALL,
					  .no_new_privileges = true,
					  .has_user = true,
					  .uid = 1000,
					  .gid = 1000 };
	struct privileged_file own = with_setuid(1000),
			       other = with_setuid(1001);
	struct privileged_file root = with_setuid(0), caps = with_caps(NET_RAW);

	CHECK(judge(&own, &grant, 0) == PRIVILEGED_UNTOUCHED);
	CHECK(judge(&other, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&root, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&caps, &grant, 0) == PRIVILEGED_BREAKS);
	grant.uid = 0;
	CHECK(judge(&other, &grant, 0) == PRIVILEGED_BREAKS);
	CHECK(judge(&root, &grant, 0) == PRIVILEGED_UNTOUCHED);
	CHECK(judge(&caps, &grant, 0) == PRIVILEGED_UNTOUCHED);
	grant.bounding = 0;
	CHECK(judge(&caps, &grant, NET_RAW) == PRIVILEGED_OUT_OF_BOUNDING);
}

static const struct tap_test tests[] = {
	TAP_TEST(plain_programs_are_not_special),
	TAP_TEST(setuid_root_is_dangerous_and_others_raise),
	TAP_TEST(dangerous_capabilities_are_dangerous),
	TAP_TEST(what_execve_does_not_look_at_has_no_effect),
	TAP_TEST(capabilities_of_version_3_count_for_their_root_alone),
	TAP_TEST(setuid_counts_where_its_owner_is_somebody),
	TAP_TEST(what_ambient_holds_makes_the_file_redundant),
	TAP_TEST(a_file_that_clears_the_ambient_set_loses_the_grant),
	TAP_TEST(a_grant_that_a_pod_can_request_can_be_lost),
	TAP_TEST(no_new_privileges_breaks_what_raises),
	TAP_TEST(what_bounding_lacks_fails_only_with_the_effective_bit),
	TAP_TEST(a_user_is_judged_by_what_the_file_changes_for_him),
};

TAP_MAIN(tests)
