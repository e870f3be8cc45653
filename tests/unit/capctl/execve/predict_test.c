/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/predict.h"

#include <linux/securebits.h>
#include <sys/capability.h>

#include "tap.h"

#define BIT(name) (UINT64_C(1) << (name))
#define BIND BIT(CAP_NET_BIND_SERVICE)
#define RAW BIT(CAP_NET_RAW)
#define KILL BIT(CAP_KILL)
#define TIME BIT(CAP_SYS_TIME)
#define BOUNDING (BIND | RAW | KILL)
#define OWNER 100000 /* root of another user namespace */

/* A container's process, non-root, with the sets that the engine gives it. */
static struct execve_task user_task(void)
{
	return (struct execve_task){
		.sets.set[CAPSET_BOUNDING] = BOUNDING,
		.kernel = capset_known(),
		.uid = 1000,
		.euid = 1000,
		.gid = 1000,
		.egid = 1000,
	};
}

static struct execve_task ambient_task(capmask ambient)
{
	struct execve_task task = user_task();

	task.sets.set[CAPSET_PERMITTED] = ambient;
	task.sets.set[CAPSET_EFFECTIVE] = ambient;
	task.sets.set[CAPSET_INHERITABLE] = ambient;
	task.sets.set[CAPSET_AMBIENT] = ambient;
	return task;
}

static struct execve_task root_task(void)
{
	struct execve_task task = user_task();

	task.uid = task.euid = task.gid = task.egid = 0;
	task.sets.set[CAPSET_PERMITTED] = BOUNDING;
	task.sets.set[CAPSET_EFFECTIVE] = BOUNDING;
	return task;
}

static struct execve_file plain_file(void)
{
	return (struct execve_file){ .mode = 0755 };
}

static struct execve_file caps_file(capmask permitted, capmask inheritable,
				    bool effective)
{
	return (struct execve_file){
		.mode = 0755,
		.has_caps = true,
		.caps = { .version = 2,
			  .permitted = permitted,
			  .inheritable = inheritable,
			  .effective = effective },
	};
}

static struct execve_file mode_file(uint32_t mode)
{
	return (struct execve_file){ .mode = mode };
}

static struct execve_result result;

static void predict(struct execve_task task, struct execve_file file)
{
	result = execve_predict(&task, &file);
}

static bool is_why(enum execve_why why)
{
	return result.why >> why & 1;
}

static void check_sets_at(int line, capmask permitted, capmask effective,
			  capmask ambient)
{
	const capmask *set = result.sets.set;

	if (!CHECK_U64(set[CAPSET_PERMITTED], permitted) ||
	    !CHECK_U64(set[CAPSET_EFFECTIVE], effective) ||
	    !CHECK_U64(set[CAPSET_AMBIENT], ambient))
		printf("#   of line %d\n", line);
	CHECK(!result.refused);
}

#define CHECK_SETS(permitted, effective, ambient)                              \
	check_sets_at(__LINE__, permitted, effective, ambient)

static void a_user_keeps_nothing_but_ambient(void)
{
	struct execve_task task = user_task();

	task.sets.set[CAPSET_PERMITTED] = BIND;
	task.sets.set[CAPSET_EFFECTIVE] = BIND;
	task.sets.set[CAPSET_INHERITABLE] = BIND;
	predict(task, plain_file());
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.sets.set[CAPSET_INHERITABLE], BIND);
	CHECK_U64(result.sets.set[CAPSET_BOUNDING], BOUNDING);
	CHECK_U64(result.why, 0);
	CHECK(!result.secure);
	predict(ambient_task(BIND), plain_file());
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.why, 0);
	CHECK(!result.secure);
}

static void no_new_privs_leaves_ambient(void)
{
	struct execve_task task = ambient_task(BIND);

	task.no_new_privs = true;
	predict(task, plain_file());
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.why, 0);
}

/* P'(permitted) = (P(inheritable) & F(inheritable)) | (F(permitted) & bset) */
static void file_capabilities_follow_the_formula(void)
{
	struct execve_task task = user_task();

	task.sets.set[CAPSET_INHERITABLE] = TIME | KILL;
	predict(task, caps_file(BIND, TIME, false));
	CHECK_SETS(BIND | TIME, 0, 0);
	CHECK(result.secure);
	CHECK(is_why(EXECVE_FILE_CAPS));
	predict(task, caps_file(BIND, TIME, true));
	CHECK_SETS(BIND | TIME, BIND | TIME, 0);
	predict(task, caps_file(0, BIT(CAP_CHOWN), false));
	CHECK_SETS(0, 0, 0);
	CHECK(!result.secure);
	predict(task, caps_file(0, BIT(CAP_CHOWN), true));
	CHECK_SETS(0, 0, 0);
	CHECK(result.secure);
	predict(task, caps_file(TIME, TIME, true));
	CHECK_SETS(TIME, TIME, 0);
	CHECK(!is_why(EXECVE_MISSING));
}

static void file_capabilities_clear_ambient(void)
{
	predict(ambient_task(BIND | RAW), caps_file(BIND, 0, true));
	CHECK_SETS(BIND, BIND, 0);
	CHECK(is_why(EXECVE_AMBIENT_LOST));
	predict(ambient_task(BIND), caps_file(0, 0, false));
	CHECK_SETS(0, 0, 0);
	CHECK(is_why(EXECVE_AMBIENT_LOST));
	predict(user_task(), caps_file(BIND, 0, true));
	CHECK(!is_why(EXECVE_AMBIENT_LOST));
}

/* "capability-dumb" programs, also as root. */
static void an_effective_file_out_of_bounding_is_refused(void)
{
	predict(ambient_task(RAW), caps_file(BIND | TIME, 0, true));
	CHECK(result.refused);
	CHECK_U64(result.missing, TIME);
	CHECK_U64(result.sets.set[CAPSET_AMBIENT], RAW);
	CHECK_U64(result.why, 1 << EXECVE_FILE_CAPS | 1 << EXECVE_MISSING);
	predict(root_task(), caps_file(TIME, 0, true));
	CHECK(result.refused);
	predict(user_task(), caps_file(BIND | TIME, 0, false));
	CHECK_SETS(BIND, 0, 0);
	CHECK_U64(result.missing, TIME);
	CHECK(is_why(EXECVE_MISSING));
}

static void what_the_kernel_does_not_know_is_passed_over(void)
{
	predict(user_task(), caps_file(BIND | BIT(55), 0, true));
	CHECK_SETS(BIND, BIND, 0);
	CHECK_U64(result.missing, 0);
}

static void no_new_privs_cuts_file_capabilities(void)
{
	struct execve_task task = ambient_task(BIND);

	task.no_new_privs = true;
	predict(task, caps_file(BIND | RAW, 0, true));
	CHECK_SETS(BIND, BIND, 0);
	CHECK(is_why(EXECVE_NO_NEW_PRIVS_CUT));
	CHECK(is_why(EXECVE_AMBIENT_LOST));
	CHECK_U64(result.missing, RAW);
	predict(task, caps_file(BIND, 0, true));
	CHECK(!is_why(EXECVE_NO_NEW_PRIVS_CUT));
	CHECK_U64(result.missing, 0);
	/* Still refused, only because of the bounding set. */
	predict(task, caps_file(TIME, 0, true));
	CHECK(result.refused);
}

static void on_a_nosuid_mount_the_file_is_plain(void)
{
	struct execve_file file = caps_file(BIND | TIME, 0, true);

	file.mode = 06755;
	file.nosuid = true;
	predict(ambient_task(RAW), file);
	CHECK_SETS(RAW, RAW, RAW);
	CHECK_U64(result.euid, 1000);
	CHECK_U64(result.egid, 1000);
	CHECK_U64(result.why,
		  1 << EXECVE_SETID_NOSUID | 1 << EXECVE_CAPS_NOSUID);
	CHECK(!result.secure);
}

static void version_3_is_for_its_root_alone(void)
{
	struct execve_task task = user_task();
	struct execve_file file = caps_file(BIND, 0, true);

	file.caps.version = 3;
	file.caps.root = OWNER;
	predict(task, file);
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.why, 1 << EXECVE_CAPS_OTHER_ROOT);
	task.root = OWNER;
	predict(task, file);
	CHECK_SETS(BIND, BIND, 0);
	task.root = EXECVE_NO_ROOT;
	predict(task, file);
	CHECK_SETS(0, 0, 0);
	/* Those of our own root count in every user namespace below. */
	file.caps.root = 0;
	predict(task, file);
	CHECK_SETS(BIND, BIND, 0);
	file.caps.version = 2;
	predict(task, file);
	CHECK_SETS(BIND, BIND, 0);
}

static void root_gets_its_bounding_and_inheritable_sets(void)
{
	struct execve_task task = root_task();

	task.sets.set[CAPSET_PERMITTED] = 0;
	task.sets.set[CAPSET_EFFECTIVE] = 0;
	task.sets.set[CAPSET_INHERITABLE] = TIME;
	predict(task, plain_file());
	CHECK_SETS(BOUNDING | TIME, BOUNDING | TIME, 0);
	CHECK_U64(result.why, 1 << EXECVE_ROOT);
	CHECK(!result.secure);
}

static void root_keeps_its_ambient_set(void)
{
	struct execve_task task = root_task();

	task.sets.set[CAPSET_INHERITABLE] = BIND;
	task.sets.set[CAPSET_AMBIENT] = BIND;
	predict(task, plain_file());
	CHECK_SETS(BOUNDING, BOUNDING, BIND);
}

static void file_capabilities_add_nothing_to_root(void)
{
	predict(root_task(), caps_file(BIND, 0, false));
	CHECK_SETS(BOUNDING, BOUNDING, 0);
	CHECK(is_why(EXECVE_ROOT) && is_why(EXECVE_FILE_CAPS));
	CHECK(!result.secure);
}

static void under_noroot_root_is_a_user(void)
{
	struct execve_task task = root_task();

	task.securebits = SECBIT_NOROOT;
	predict(task, plain_file());
	CHECK_SETS(0, 0, 0);
	predict(task, caps_file(BIND, 0, true));
	CHECK_SETS(BIND, BIND, 0);
	task.securebits = SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP |
			  SECBIT_NO_CAP_AMBIENT_RAISE;
	predict(task, plain_file());
	CHECK_SETS(BOUNDING, BOUNDING, 0);
}

static void only_a_real_root_gets_nothing_effective(void)
{
	struct execve_task task = root_task();

	task.euid = 1000;
	predict(task, plain_file());
	CHECK_SETS(BOUNDING, 0, 0);
	CHECK(result.secure);
}

static void another_users_namespace_has_another_root(void)
{
	struct execve_task task = root_task();

	task.root = OWNER;
	predict(task, plain_file());
	CHECK_SETS(0, 0, 0);
	task.uid = task.euid = OWNER;
	predict(task, plain_file());
	CHECK_SETS(BOUNDING, BOUNDING, 0);
	task.root = EXECVE_NO_ROOT;
	task.uid = task.euid = EXECVE_NO_ROOT;
	predict(task, plain_file());
	CHECK_SETS(0, 0, 0);
}

static void set_user_id_root_gives_the_bounding_set(void)
{
	predict(ambient_task(BIND), mode_file(04755));
	CHECK_SETS(BOUNDING, BOUNDING, 0);
	CHECK_U64(result.euid, 0);
	CHECK_U64(result.egid, 1000);
	CHECK(result.secure);
	CHECK_U64(result.why, 1 << EXECVE_SETUID | 1 << EXECVE_ROOT |
				      1 << EXECVE_AMBIENT_LOST);
}

static void set_user_id_another_clears_ambient(void)
{
	struct execve_file file = mode_file(04755);

	file.uid = 33;
	predict(ambient_task(BIND), file);
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.euid, 33);
	CHECK(result.secure);
	CHECK_U64(result.why, 1 << EXECVE_SETUID | 1 << EXECVE_AMBIENT_LOST);
}

static void set_user_id_oneself_changes_nothing(void)
{
	struct execve_file file = mode_file(06755);

	file.uid = file.gid = 1000;
	predict(ambient_task(BIND), file);
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.why, 0);
	CHECK(!result.secure);
}

static void set_user_id_root_with_capabilities_gives_those(void)
{
	struct execve_file file = caps_file(BIND, 0, true);

	file.mode = 04755;
	predict(user_task(), file);
	CHECK_SETS(BIND, BIND, 0);
	CHECK_U64(result.euid, 0);
	CHECK(is_why(EXECVE_CAPS_BEFORE_ROOT));
	CHECK(!is_why(EXECVE_ROOT));
}

static void set_group_id_clears_ambient(void)
{
	predict(ambient_task(BIND), mode_file(02755));
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.egid, 0);
	CHECK_U64(result.euid, 1000);
	CHECK(result.secure);
	CHECK_U64(result.why, 1 << EXECVE_SETGID | 1 << EXECVE_AMBIENT_LOST);
}

static void set_group_id_without_execution_is_a_mark(void)
{
	predict(ambient_task(BIND), mode_file(02745));
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.egid, 1000);
	CHECK_U64(result.why, 1 << EXECVE_SETGID_MARK);
}

static void a_group_one_is_in_anyway_is_told_by_kernel(void)
{
	struct execve_task task = ambient_task(BIND);
	static const uint32_t groups[] = { 5, 50 };
	struct execve_file file = mode_file(02755);

	file.gid = 50;
	task.groups = groups;
	task.groups_count = ARRAY_LEN(groups);
	predict(task, file);
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.egid, 50);
	CHECK(result.secure);
	CHECK_U64(result.why, 1 << EXECVE_SETGID | 1 << EXECVE_BY_KERNEL);
	task.rules = EXECVE_BEFORE_6_17;
	predict(task, file);
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.why, 1 << EXECVE_SETGID | 1 << EXECVE_AMBIENT_LOST |
				      1 << EXECVE_BY_KERNEL);
}

static void a_process_that_is_set_user_id_is_told_by_kernel(void)
{
	struct execve_task task = ambient_task(BIND);

	task.euid = 33;
	predict(task, plain_file());
	CHECK_SETS(BIND, BIND, BIND);
	CHECK(result.secure);
	CHECK(is_why(EXECVE_BY_KERNEL));
	task.rules = EXECVE_BEFORE_6_17;
	task.no_new_privs = true;
	task.egid = 33;
	predict(task, plain_file());
	CHECK_SETS(0, 0, 0);
	CHECK_U64(result.euid, 1000);
	CHECK_U64(result.egid, 1000);
}

static void no_new_privs_switches_the_bits_off(void)
{
	struct execve_task task = ambient_task(BIND);

	task.no_new_privs = true;
	predict(task, mode_file(06755));
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.euid, 1000);
	CHECK_U64(result.egid, 1000);
	CHECK_U64(result.why, 1 << EXECVE_SETID_NO_NEW_PRIVS);
}

static void owners_that_are_not_mapped_do_not_count(void)
{
	struct execve_task task = ambient_task(BIND);
	struct execve_file file = mode_file(06755);

	task.root = OWNER;
	file.unmapped = true;
	predict(task, file);
	CHECK_SETS(BIND, BIND, BIND);
	CHECK_U64(result.why, 1 << EXECVE_SETID_UNMAPPED);
}

/* A root with a reduced bounding set regains only that set. */
static void no_new_privs_binds_root(void)
{
	struct execve_task task = root_task();

	task.no_new_privs = true;
	task.sets.set[CAPSET_PERMITTED] = BIND;
	task.sets.set[CAPSET_EFFECTIVE] = 0;
	predict(task, plain_file());
	CHECK_SETS(BIND, BIND, 0);
	CHECK_U64(result.why, 1 << EXECVE_ROOT | 1 << EXECVE_NO_NEW_PRIVS_CUT);
}

static void every_reason_has_its_words(void)
{
	for (int i = 0; i < EXECVE_WHY_COUNT; i++) {
		const char *word = execve_why_word((enum execve_why)i);

		CHECK(strlen(execve_why_text((enum execve_why)i)) > 10);
		CHECK(strspn(word, "abcdefghijklmnopqrstuvwxyz_") ==
		      strlen(word));
		for (int k = 0; k < i; k++)
			CHECK(strcmp(word,
				     execve_why_word((enum execve_why)k)) != 0);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_user_keeps_nothing_but_ambient),
	TAP_TEST(no_new_privs_leaves_ambient),
	TAP_TEST(file_capabilities_follow_the_formula),
	TAP_TEST(file_capabilities_clear_ambient),
	TAP_TEST(an_effective_file_out_of_bounding_is_refused),
	TAP_TEST(what_the_kernel_does_not_know_is_passed_over),
	TAP_TEST(no_new_privs_cuts_file_capabilities),
	TAP_TEST(on_a_nosuid_mount_the_file_is_plain),
	TAP_TEST(version_3_is_for_its_root_alone),
	TAP_TEST(root_gets_its_bounding_and_inheritable_sets),
	TAP_TEST(root_keeps_its_ambient_set),
	TAP_TEST(file_capabilities_add_nothing_to_root),
	TAP_TEST(under_noroot_root_is_a_user),
	TAP_TEST(only_a_real_root_gets_nothing_effective),
	TAP_TEST(another_users_namespace_has_another_root),
	TAP_TEST(set_user_id_root_gives_the_bounding_set),
	TAP_TEST(set_user_id_another_clears_ambient),
	TAP_TEST(set_user_id_oneself_changes_nothing),
	TAP_TEST(set_user_id_root_with_capabilities_gives_those),
	TAP_TEST(set_group_id_clears_ambient),
	TAP_TEST(set_group_id_without_execution_is_a_mark),
	TAP_TEST(a_group_one_is_in_anyway_is_told_by_kernel),
	TAP_TEST(a_process_that_is_set_user_id_is_told_by_kernel),
	TAP_TEST(no_new_privs_switches_the_bits_off),
	TAP_TEST(owners_that_are_not_mapped_do_not_count),
	TAP_TEST(no_new_privs_binds_root),
	TAP_TEST(every_reason_has_its_words),
};

TAP_MAIN(tests)
