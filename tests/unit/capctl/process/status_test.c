/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/status.h"

#include "tap.h"

/* As Linux 6.1 writes it, with some of the lines that are ignored. */
#define WHOLE                                                                  \
	"Name:\tnginx\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4711\n"      \
	"Ngid:\t0\nPid:\t4712\nPPid:\t12\nTracerPid:\t0\n"                     \
	"Uid:\t1000\t1001\t1002\t4294967295\nGid:\t2000\t2001\t2002\t2003\n"   \
	"FDSize:\t64\nGroups:\t1 2 \nVmSize:\t    3060 kB\nThreads:\t2\n"      \
	"CapInh:\t0000000000000001\nCapPrm:\t0000000000000403\n"               \
	"CapEff:\t0000000000000402\nCapBnd:\t800001ffffffffff\n"               \
	"CapAmb:\t0000000000000400\nNoNewPrivs:\t1\nSeccomp:\t2\n"             \
	"Seccomp_filters:\t1\nCpus_allowed:\t3\n"

static struct procstatus parse(const char *text)
{
	size_t len = strlen(text);
	char *exact CLEANUP_FREE = malloc(len ? len : 1);
	struct procstatus status;

	memset(&status, 0xff, sizeof(status));
	memcpy(exact, text, len);
	procstatus_parse(&status, exact, len);
	return status;
}

static bool has(const struct procstatus *status, enum procstatus_line line)
{
	return status->have >> line & 1;
}

static void every_known_line_is_read(void)
{
	struct procstatus status = parse(WHOLE);
	const capmask *set = status.sets.set;

	CHECK(procstatus_is_whole(&status));
	CHECK_STR(status.name, "nginx");
	CHECK(status.state == 'S');
	CHECK_U64(status.tgid, 4711);
	CHECK_U64(status.pid, 4712);
	CHECK_U64(status.ppid, 12);
	CHECK_U64(status.uid[PROCSTATUS_REAL], 1000);
	CHECK_U64(status.uid[PROCSTATUS_EFFECTIVE], 1001);
	CHECK_U64(status.uid[PROCSTATUS_SAVED], 1002);
	CHECK_U64(status.uid[PROCSTATUS_FILESYSTEM], UINT32_MAX);
	CHECK_U64(status.gid[PROCSTATUS_REAL], 2000);
	CHECK_U64(status.gid[PROCSTATUS_FILESYSTEM], 2003);
	CHECK_U64(set[CAPSET_INHERITABLE], 1);
	CHECK_U64(set[CAPSET_PERMITTED], 0x403);
	CHECK_U64(set[CAPSET_EFFECTIVE], 0x402);
	CHECK_U64(set[CAPSET_BOUNDING], 0x800001ffffffffff);
	CHECK_U64(set[CAPSET_AMBIENT], 0x400);
	CHECK(status.no_new_privs);
	CHECK_U64(status.seccomp, 2);
	CHECK_U64(status.threads, 2);
	CHECK(has(&status, PROCSTATUS_SECCOMP));
	CHECK(!has(&status, PROCSTATUS_KTHREAD));
}

static void a_missing_line_is_detected(void)
{
	static const struct {
		const char *start;
		enum procstatus_line line;
	} lines[] = {
		{ "Name:", PROCSTATUS_NAME },
		{ "State:", PROCSTATUS_STATE },
		{ "Tgid:", PROCSTATUS_TGID },
		{ "Pid:", PROCSTATUS_PID },
		{ "PPid:", PROCSTATUS_PPID },
		{ "Uid:", PROCSTATUS_UID },
		{ "Gid:", PROCSTATUS_GID },
		{ "CapInh:", PROCSTATUS_CAP_INH },
		{ "CapPrm:", PROCSTATUS_CAP_PRM },
		{ "CapEff:", PROCSTATUS_CAP_EFF },
		{ "CapBnd:", PROCSTATUS_CAP_BND },
		{ "CapAmb:", PROCSTATUS_CAP_AMB },
		{ "NoNewPrivs:", PROCSTATUS_NO_NEW_PRIVS },
	};
	unsigned int all = parse(WHOLE).have;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		char text[] = "\n" WHOLE, start[32];
		struct procstatus status;

		snprintf(start, sizeof(start), "\n%s", lines[i].start);
		strstr(text, start)[1] = '#';
		status = parse(text);
		CHECK(!procstatus_is_whole(&status));
		CHECK_U64(status.have, all & ~(1U << lines[i].line));
	}
}

static void a_status_without_seccomp_is_complete(void)
{
	char text[] = WHOLE;
	struct procstatus status;

	strstr(text, "Seccomp:")[0] = '#';
	status = parse(text);
	CHECK(procstatus_is_whole(&status));
	CHECK(!has(&status, PROCSTATUS_SECCOMP));
	CHECK_U64(status.seccomp, 0);
}

static void a_malformed_line_counts_as_missing(void)
{
	static const char *const lines[] = {
		"State:\n",
		"State:\t\n",
		"State:\t(running)\n",
		"Tgid:\n",
		"Tgid:\t\n",
		"Tgid:\t-1\n",
		"Tgid:\t1x\n",
		"Tgid:\t0x1\n",
		"Tgid:\t1 2\n",
		"Tgid:\t2147483648\n",
		"Tgid:\t99999999999999999999999\n",
		"Tgid 1\n",
		"Uid:\t1\t2\t3\n",
		"Uid:\t1\t2\t3\t4\t5\n",
		"Uid:\t1\t2\t3\t4294967296\n",
		"Uid:\t1\t2\t3\tx\n",
		"CapPrm:\t\n",
		"CapPrm:\tg\n",
		"CapPrm:\tFF\n",
		"CapPrm:\t0x1\n",
		"CapPrm:\t10000000000000000\n",
		"CapPrm:\t1 1\n",
		"NoNewPrivs:\t2\n",
		"Seccomp:\t3\n",
		"Kthread:\tyes\n",
		"\n",
		":\n",
		":",
		"\t",
		"",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!CHECK_U64(parse(lines[i]).have, 0))
			printf("#   of: '%s'\n", lines[i]);
}

static void the_last_line_may_lack_its_end(void)
{
	struct procstatus status = parse("Pid:\t12\nCapAmb:\t0000000000000400");

	CHECK_U64(status.pid, 12);
	CHECK_U64(status.sets.set[CAPSET_AMBIENT], 0x400);
	CHECK_U64(status.have, 1U << PROCSTATUS_PID | 1U << PROCSTATUS_CAP_AMB);
}

/* prctl(2) PR_SET_NAME takes any bytes, but a name cannot add a line. */
static void a_name_may_be_any_bytes(void)
{
	static const struct {
		const char *text, *want;
	} names[] = {
		{ "Name:\ta b\n", "a b" },
		{ "Name:\t\n", "" },
		{ "Name:\t\tx\n", "\tx" },
		{ "Name:\tx\\nPid:\t9\n", "x\nPid:\t9" },
		{ "Name:\ta\\\\n\n", "a\\n" },
		{ "Name:\ta\\\n", "a\\" },
		{ "Name:\t\033[2J\303\n", "\033[2J\303" },
		{ "Name:\tCapEff:\tff\n", "CapEff:\tff" },
		{ "Name:\tkworker/R-ext4-rsv-conversion\n",
		  "kworker/R-ext4-rsv-conversion" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct procstatus status = parse(names[i].text);

		CHECK_STR(status.name, names[i].want);
		CHECK_U64(status.have, 1U << PROCSTATUS_NAME);
	}
}

static void a_name_too_long_is_cut(void)
{
	char text[400] = "Name:\t";
	struct procstatus status;

	memset(text + 6, 'a', 300);
	status = parse(text);
	CHECK_U64(strlen(status.name), PROCSTATUS_NAME_SIZE - 1);
}

static void the_first_of_two_lines_counts(void)
{
	struct procstatus status = parse("Pid:\t1\nPid:\t2\n");

	CHECK_U64(status.pid, 1);
	status = parse("Pid:\tx\nPid:\t2\n");
	CHECK_U64(status.pid, 2);
}

static void kernel_threads_are_recognised(void)
{
	struct procstatus status = parse(WHOLE);
	char text[sizeof(WHOLE) + 16];

	CHECK(!procstatus_is_kernel(&status));
	snprintf(text, sizeof(text), "%sKthread:\t1\n", WHOLE);
	status = parse(text);
	CHECK(procstatus_is_kernel(&status));
	snprintf(text, sizeof(text), "%sKthread:\t0\n", WHOLE);
	status = parse(text);
	CHECK(!procstatus_is_kernel(&status));
}

static void without_kthread_a_process_without_memory_is_the_kernels(void)
{
	char text[] = WHOLE;
	struct procstatus status;

	strstr(text, "VmSize")[0] = '#';
	status = parse(text);
	CHECK(procstatus_is_kernel(&status));
	CHECK(!procstatus_is_dead(&status));
	strstr(text, "State:\tS")[7] = 'Z';
	status = parse(text);
	CHECK(!procstatus_is_kernel(&status));
	CHECK(procstatus_is_dead(&status));
	status = parse("");
	CHECK(!procstatus_is_kernel(&status));
}

static void the_status_of_this_process_is_complete(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char text[8192];
	struct procstatus status;
	size_t len;

	REQUIRE(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	procstatus_parse(&status, text, len);
	CHECK(procstatus_is_whole(&status));
	CHECK_U64(status.pid, (unsigned int)getpid());
	CHECK_U64(status.ppid, (unsigned int)getppid());
	CHECK_U64(status.uid[PROCSTATUS_EFFECTIVE], geteuid());
	CHECK_U64(status.gid[PROCSTATUS_REAL], getgid());
	CHECK(!procstatus_is_kernel(&status));
	CHECK(!procstatus_is_dead(&status));
}

static struct procstatus parse_exited(uint32_t pid, uint32_t tgid,
				      uint32_t threads)
{
	struct procstatus status = parse(WHOLE);

	status.state = 'Z';
	status.pid = pid;
	status.tgid = tgid;
	status.threads = threads;
	status.have &= ~(1U << PROCSTATUS_VM_SIZE);
	return status;
}

static void an_exited_main_thread_is_not_the_end_of_its_process(void)
{
	struct procstatus main_thread = parse_exited(7, 7, 2);
	struct procstatus last = parse_exited(7, 7, 1);
	struct procstatus other = parse_exited(8, 7, 2);

	CHECK(procstatus_has_only_other_threads(&main_thread));
	CHECK(!procstatus_is_dead(&main_thread));
	CHECK(!procstatus_is_kernel(&main_thread));
	CHECK(!procstatus_has_only_other_threads(&last));
	CHECK(procstatus_is_dead(&last));
	CHECK(!procstatus_has_only_other_threads(&other));
	CHECK(procstatus_is_dead(&other));
}

static const struct tap_test tests[] = {
	TAP_TEST(every_known_line_is_read),
	TAP_TEST(a_missing_line_is_detected),
	TAP_TEST(a_status_without_seccomp_is_complete),
	TAP_TEST(a_malformed_line_counts_as_missing),
	TAP_TEST(the_last_line_may_lack_its_end),
	TAP_TEST(a_name_may_be_any_bytes),
	TAP_TEST(a_name_too_long_is_cut),
	TAP_TEST(the_first_of_two_lines_counts),
	TAP_TEST(kernel_threads_are_recognised),
	TAP_TEST(without_kthread_a_process_without_memory_is_the_kernels),
	TAP_TEST(the_status_of_this_process_is_complete),
	TAP_TEST(an_exited_main_thread_is_not_the_end_of_its_process),
};

TAP_MAIN(tests)
