/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/tally.h"

#include <linux/capability.h>

#include "tap.h"

#define PID 100
#define CALL 41

/* Of a program that runs. */
static void start(struct learn_tally *tally)
{
	struct err err;

	CHECK(learn_tally_watch(tally, PID, "/bin/a", true, &err) == 0);
}

static void add(struct learn_tally *tally, enum learn_kind kind, int32_t pid,
		int64_t number, int64_t value)
{
	struct learn_record record = {
		.kind = kind, .pid = pid, .number = number, .value = value
	};
	struct err err;

	CHECK(learn_tally_add(tally, &record, &err) == 0);
}

static void add_stack(struct learn_tally *tally, enum learn_reason reason)
{
	struct learn_record record = { .kind = LEARN_STACK,
				       .pid = PID,
				       .reason = reason };
	struct err err;

	CHECK(learn_tally_add(tally, &record, &err) == 0);
}

static void add_exec(struct learn_tally *tally, int32_t pid, int32_t before,
		     const char *program)
{
	struct learn_record record = { .kind = LEARN_EXEC,
				       .pid = pid,
				       .number = before };
	struct err err;

	snprintf(record.name, sizeof(record.name), "%s", program);
	CHECK(learn_tally_add(tally, &record, &err) == 0);
}

/* A system call with one check. */
static void call(struct learn_tally *tally, int cap, int answer, int result)
{
	add(tally, LEARN_ENTER, PID, CALL, 0);
	add(tally, LEARN_CHECK, PID, cap, answer);
	add(tally, LEARN_EXIT, PID, CALL, result);
}

static void check_noise(const struct learn_tally *tally, int cap,
			enum learn_noise noise, uint64_t count)
{
	CHECK_U64(tally->need[cap].noise[noise], count);
	CHECK_U64(tally->need[cap].granted + tally->need[cap].refused, 0);
}

static void a_refused_check_of_a_failed_call_is_lacking(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	const struct learn_need *need = &tally.need[CAP_NET_RAW];

	start(&tally);
	call(&tally, CAP_NET_RAW, -EPERM, -EPERM);
	call(&tally, CAP_NET_RAW, -EPERM, -EACCES);
	CHECK_U64(need->refused, 2);
	CHECK_STR(need->lacked.program, "/bin/a");
	CHECK_U64((uint64_t)need->lacked.call, CALL);
	CHECK(need->lacked.error == EPERM);
	CHECK_U64(learn_tally_needs(&tally), UINT64_C(1) << CAP_NET_RAW);
	CHECK_U64(learn_tally_lacks(&tally), UINT64_C(1) << CAP_NET_RAW);
}

static void a_granted_check_is_used(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	const struct learn_need *need = &tally.need[CAP_CHOWN];
	const struct learn_record late = {
		.kind = LEARN_CHECK, .pid = PID, .number = CAP_CHOWN, .time = 7
	};
	struct err err;

	start(&tally);
	call(&tally, CAP_CHOWN, 0, 0);
	CHECK(learn_tally_add(&tally, &late, &err) == 0);
	add(&tally, LEARN_EXIT, PID, CALL + 1, -ENOENT);
	CHECK_U64(need->granted, 2);
	CHECK_U64(need->last, 7);
	CHECK_U64((uint64_t)need->used.call, CALL);
	CHECK(need->used.error == 0);
	CHECK_U64(learn_tally_needs(&tally), UINT64_C(1) << CAP_CHOWN);
	CHECK_U64(learn_tally_lacks(&tally), 0);
}

static void a_refused_check_of_a_call_that_succeeds_is_no_need(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	call(&tally, CAP_SETPCAP, -EPERM, 0);
	call(&tally, CAP_SETPCAP, -EPERM, 7);
	check_noise(&tally, CAP_SETPCAP, LEARN_IN_VAIN, 2);
}

/* A map can have an address that is a small negative number. */
static void only_an_errno_value_is_a_failure(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	call(&tally, CAP_SYS_RAWIO, -EPERM, -4096);
	check_noise(&tally, CAP_SYS_RAWIO, LEARN_IN_VAIN, 1);
	call(&tally, CAP_SYS_RAWIO, -EPERM, -4095);
	CHECK_U64(tally.need[CAP_SYS_RAWIO].refused, 1);
}

static void a_refusal_does_not_cause_every_error(void)
{
	static const int others[] = { ENOENT,	   ENOTTY, EEXIST, EINTR,
				      EINPROGRESS, 512,	   516 };
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		call(&tally, CAP_NET_ADMIN, -EPERM, -others[i]);
	check_noise(&tally, CAP_NET_ADMIN, LEARN_OTHER_ERROR,
		    ARRAY_LEN(others));
	call(&tally, CAP_NET_ADMIN, -EPERM, -517);
	CHECK_U64(tally.need[CAP_NET_ADMIN].refused, 1);
}

static void what_precedes_the_program_is_setup(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	struct err err;

	CHECK(learn_tally_watch(&tally, PID, "a", false, &err) == 0);
	call(&tally, CAP_SETUID, 0, 0);
	call(&tally, CAP_SETUID, -EPERM, -EPERM);
	add(&tally, LEARN_ENTER, PID, 59, 0);
	add(&tally, LEARN_CHECK, PID, CAP_SETUID, 0);
	add_exec(&tally, PID, PID, "/bin/b");
	check_noise(&tally, CAP_SETUID, LEARN_SETUP, 3);
	add(&tally, LEARN_EXIT, PID, 59, 0);
	call(&tally, CAP_KILL, -EPERM, -EPERM);
	CHECK_STR(tally.need[CAP_KILL].lacked.program, "/bin/b");
}

static void a_failed_execve_starts_nothing(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	struct err err;

	CHECK(learn_tally_watch(&tally, PID, "a", false, &err) == 0);
	add(&tally, LEARN_ENTER, PID, 59, 0);
	add(&tally, LEARN_EXIT, PID, 59, -ENOENT);
	call(&tally, CAP_SETUID, 0, 0);
	add(&tally, LEARN_FORK, PID, 7, 0);
	add(&tally, LEARN_CHECK, 7, CAP_SETUID, 0);
	add(&tally, LEARN_EXIT, 7, CALL, 0);
	check_noise(&tally, CAP_SETUID, LEARN_SETUP, 2);
}

static void what_a_successful_execve_was_refused_is_no_need(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	struct err err;

	start(&tally);
	add(&tally, LEARN_ENTER, PID, 59, 0);
	add(&tally, LEARN_CHECK, PID, CAP_SYS_PTRACE, -EPERM);
	add_exec(&tally, PID, PID, "/bin/b");
	check_noise(&tally, CAP_SYS_PTRACE, LEARN_IN_VAIN, 1);
	CHECK(learn_tally_watch(&tally, 101, "/bin/b", true, &err) == 0);
	add(&tally, LEARN_CHECK, 101, CAP_SYS_PTRACE, -EPERM);
	add_exec(&tally, PID, 101, "/bin/c");
	check_noise(&tally, CAP_SYS_PTRACE, LEARN_IN_VAIN, 2);
}

static void the_stack_names_the_reason(void)
{
	static const struct {
		enum learn_reason reason;
		enum learn_noise noise;
	} rows[] = {
		{ LEARN_MEMORY, LEARN_ACCOUNTING },
		{ LEARN_PROC, LEARN_LOOK },
		{ LEARN_FOREIGN, LEARN_OTHERS },
		{ LEARN_QUIET, LEARN_WISH },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct learn_tally tally CLEANUP_TALLY = { 0 };

		start(&tally);
		for (int granted = 0; granted < 2; granted++) {
			add(&tally, LEARN_ENTER, PID, CALL, 0);
			add(&tally, LEARN_CHECK, PID, CAP_SYS_ADMIN,
			    granted ? 0 : -EPERM);
			add_stack(&tally, rows[i].reason);
			add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
		}
		check_noise(&tally, CAP_SYS_ADMIN, rows[i].noise, 2);
	}
}

static void a_decisive_reason_counts(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_CHECK, PID, CAP_SYS_PTRACE, -EPERM);
	add_stack(&tally, LEARN_DECISIVE);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_SYS_PTRACE].refused, 1);
}

static void a_wider_one_is_not_needed_beside_a_narrower_one(void)
{
	static const int pairs[][2] = {
		{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE },
		{ CAP_SYSLOG, CAP_SYS_ADMIN },
		{ CAP_PERFMON, CAP_SYS_ADMIN },
		{ CAP_BPF, CAP_SYS_ADMIN },
		{ CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct learn_tally tally CLEANUP_TALLY = { 0 };
		int narrow = pairs[i][0], wide = pairs[i][1];

		start(&tally);
		add(&tally, LEARN_ENTER, PID, CALL, 0);
		add(&tally, LEARN_CHECK, PID, narrow, -EPERM);
		add(&tally, LEARN_CHECK, PID, wide, -EPERM);
		add(&tally, LEARN_EXIT, PID, CALL, -EACCES);
		CHECK_U64(tally.need[narrow].refused, 1);
		check_noise(&tally, wide, LEARN_WIDER, 1);
		call(&tally, wide, -EPERM, -EACCES);
		CHECK_U64(tally.need[wide].refused, 1);
	}
}

/* Without it the call would fail. */
static void a_wider_one_that_is_granted_counts(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_CHECK, PID, CAP_BPF, -EPERM);
	add(&tally, LEARN_CHECK, PID, CAP_SYS_ADMIN, 0);
	add(&tally, LEARN_EXIT, PID, CALL, 0);
	CHECK_U64(tally.need[CAP_SYS_ADMIN].granted, 1);
	check_noise(&tally, CAP_BPF, LEARN_IN_VAIN, 1);
}

static void a_wider_one_after_a_granted_one_counts(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_CHECK, PID, CAP_BPF, 0);
	add(&tally, LEARN_CHECK, PID, CAP_SYS_ADMIN, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_SYS_ADMIN].refused, 1);
}

static void a_probe_asks_and_answers(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_ASK, PID, CAP_CHOWN, 0);
	add_stack(&tally, LEARN_PLAIN);
	add(&tally, LEARN_ANSWER, PID, 0, -EPERM);
	add(&tally, LEARN_ASK, PID, CAP_FOWNER, 0);
	add(&tally, LEARN_ANSWER, PID, 0, 0);
	/* Of a question that was missed. */
	add(&tally, LEARN_ANSWER, PID, 0, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_CHOWN].refused, 1);
	CHECK_U64(tally.need[CAP_FOWNER].granted, 1);
	CHECK_U64(tally.unanswered, 0);
}

/* INSETID, the other option, says only that setuid(2) and similar ask. */
static void a_probe_sees_that_a_check_is_quiet(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_ASK, PID, CAP_SYS_ADMIN, 2);
	add(&tally, LEARN_ANSWER, PID, 0, -EPERM);
	add(&tally, LEARN_ASK, PID, CAP_SETUID, 4);
	add(&tally, LEARN_ANSWER, PID, 0, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	check_noise(&tally, CAP_SYS_ADMIN, LEARN_WISH, 1);
	CHECK_U64(tally.need[CAP_SETUID].refused, 1);
}

static void a_missed_answer_is_counted(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_ASK, PID, CAP_CHOWN, 0);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	check_noise(&tally, CAP_CHOWN, LEARN_UNJOINED, 1);
	CHECK_U64(tally.unanswered, 1);
	/* That the narrower one was refused is not known. */
	add(&tally, LEARN_ASK, PID, CAP_BPF, 0);
	add(&tally, LEARN_ASK, PID, CAP_SYS_ADMIN, 0);
	add(&tally, LEARN_ANSWER, PID, 0, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_SYS_ADMIN].refused, 1);
	CHECK_U64(tally.unanswered, 2);
}

static void a_call_that_does_not_end_is_unjoined(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_CHECK, PID, CAP_CHOWN, -EPERM);
	add(&tally, LEARN_CHECK, PID, CAP_KILL, 0);
	add(&tally, LEARN_ASK, PID, CAP_FOWNER, 0);
	learn_tally_end(&tally);
	check_noise(&tally, CAP_CHOWN, LEARN_UNJOINED, 1);
	CHECK_U64(tally.need[CAP_KILL].granted, 1);
	CHECK(tally.need[CAP_KILL].used.error == 0);
	/* Its answer would have come with the end of the call. */
	CHECK_U64(tally.unanswered, 0);
}

/* Growing a stack is no system call. */
static void a_check_between_calls_belongs_to_none(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_CHECK, PID, CAP_IPC_LOCK, -EPERM);
	call(&tally, CAP_KILL, -EPERM, -EPERM);
	check_noise(&tally, CAP_IPC_LOCK, LEARN_UNJOINED, 1);
	CHECK_U64(tally.need[CAP_KILL].refused, 1);
	add(&tally, LEARN_CHECK, PID, CAP_IPC_LOCK, 0);
	learn_tally_end(&tally);
	CHECK(tally.need[CAP_IPC_LOCK].used.call == -1);
}

static void a_call_that_began_before_the_records_has_its_number(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_CHECK, PID, CAP_CHOWN, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64((uint64_t)tally.need[CAP_CHOWN].lacked.call, CALL);
}

static void other_tasks_are_ignored_and_descendants_are_not(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_CHECK, 7, CAP_CHOWN, 0);
	add(&tally, LEARN_FORK, PID, 7, 0);
	add(&tally, LEARN_EXIT, 7, 56, 0);
	add_exec(&tally, 7, 7, "/bin/child");
	CHECK(learn_tally_knows(&tally, 7));
	add(&tally, LEARN_ENTER, 7, CALL, 0);
	add(&tally, LEARN_CHECK, 7, CAP_CHOWN, -EPERM);
	add(&tally, LEARN_EXIT, 7, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_CHOWN].granted, 0);
	CHECK_STR(tally.need[CAP_CHOWN].lacked.program, "/bin/child");
	add(&tally, LEARN_END, 7, 0, 0);
	CHECK(!learn_tally_knows(&tally, 7));
}

/* The execve of a thread goes on under the number of the first one. */
static void a_thread_that_executes_becomes_the_first_one(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	struct err err;

	CHECK(learn_tally_watch(&tally, PID, "a", false, &err) == 0);
	CHECK(learn_tally_watch(&tally, 101, "a", false, &err) == 0);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	add(&tally, LEARN_ENTER, 101, 59, 0);
	add(&tally, LEARN_CHECK, 101, CAP_SETUID, 0);
	add_exec(&tally, PID, 101, "/bin/b");
	CHECK(!learn_tally_knows(&tally, 101));
	check_noise(&tally, CAP_SETUID, LEARN_SETUP, 1);
	add(&tally, LEARN_CHECK, PID, CAP_CHOWN, 0);
	add(&tally, LEARN_EXIT, PID, 59, 0);
	CHECK_U64((uint64_t)tally.need[CAP_CHOWN].used.call, 59);
	call(&tally, CAP_KILL, -EPERM, -EPERM);
	CHECK_STR(tally.need[CAP_KILL].lacked.program, "/bin/b");
}

static void a_call_with_many_checks_loses_none(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	add(&tally, LEARN_ENTER, PID, CALL, 0);
	for (int i = 0; i < 100; i++)
		add(&tally, LEARN_CHECK, PID, CAP_CHOWN, -EPERM);
	add(&tally, LEARN_EXIT, PID, CALL, -EPERM);
	CHECK_U64(tally.need[CAP_CHOWN].refused +
			  tally.need[CAP_CHOWN].noise[LEARN_UNJOINED],
		  100);
	CHECK(tally.need[CAP_CHOWN].refused > 0);
}

static void a_number_that_is_no_capability_is_ignored(void)
{
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	start(&tally);
	call(&tally, -1, 0, 0);
	call(&tally, LEARN_CAPS_MAX, 0, 0);
	add(&tally, LEARN_ANSWER, PID, 0, 0);
	add_stack(&tally, LEARN_MEMORY);
	CHECK_U64(learn_tally_needs(&tally), 0);
	call(&tally, LEARN_CAPS_MAX - 1, 0, 0);
	CHECK_U64(learn_tally_needs(&tally), UINT64_C(1) << 63);
}

static void every_noise_has_a_word_and_a_text(void)
{
	for (int i = 0; i < LEARN_NOISE_COUNT; i++) {
		CHECK(learn_noise_word((enum learn_noise)i));
		CHECK(learn_noise_text((enum learn_noise)i));
	}
}

/* One recorder records both. */
static void each_task_counts_in_the_tally_that_watches_it(void)
{
	struct learn_tally all CLEANUP_TALLY = { 0 };
	struct learn_tally one CLEANUP_TALLY = { .main = &all };
	struct learn_tally other CLEANUP_TALLY = { .main = &all };
	struct err err;

	start(&one);
	CHECK(learn_tally_watch(&other, 200, "/bin/b", true, &err) == 0);
	CHECK(learn_tally_knows(&one, 200) && learn_tally_knows(&all, PID));
	call(&all, CAP_NET_RAW, 0, 0);
	add(&all, LEARN_FORK, 200, 201, 0);
	add(&all, LEARN_ENTER, 201, CALL, 0);
	add(&all, LEARN_CHECK, 201, CAP_KILL, 0);
	add(&all, LEARN_EXIT, 201, CALL, 0);
	add(&all, LEARN_ENTER, 200, CALL, 0);
	add(&all, LEARN_CHECK, 200, CAP_CHOWN, -EPERM);
	learn_tally_end(&all);
	CHECK_U64(learn_tally_needs(&one), UINT64_C(1) << CAP_NET_RAW);
	CHECK_U64(learn_tally_needs(&other), UINT64_C(1) << CAP_KILL);
	CHECK_U64(other.need[CAP_CHOWN].noise[LEARN_UNJOINED], 1);
	CHECK_U64(learn_tally_needs(&all), 0);
	CHECK(!learn_tally_knows(&one, PID));
}

static const struct tap_test tests[] = {
	TAP_TEST(a_refused_check_of_a_failed_call_is_lacking),
	TAP_TEST(a_granted_check_is_used),
	TAP_TEST(a_refused_check_of_a_call_that_succeeds_is_no_need),
	TAP_TEST(only_an_errno_value_is_a_failure),
	TAP_TEST(a_refusal_does_not_cause_every_error),
	TAP_TEST(what_precedes_the_program_is_setup),
	TAP_TEST(a_failed_execve_starts_nothing),
	TAP_TEST(what_a_successful_execve_was_refused_is_no_need),
	TAP_TEST(the_stack_names_the_reason),
	TAP_TEST(a_decisive_reason_counts),
	TAP_TEST(a_wider_one_is_not_needed_beside_a_narrower_one),
	TAP_TEST(a_wider_one_that_is_granted_counts),
	TAP_TEST(a_wider_one_after_a_granted_one_counts),
	TAP_TEST(a_probe_asks_and_answers),
	TAP_TEST(a_probe_sees_that_a_check_is_quiet),
	TAP_TEST(a_missed_answer_is_counted),
	TAP_TEST(a_call_that_does_not_end_is_unjoined),
	TAP_TEST(a_check_between_calls_belongs_to_none),
	TAP_TEST(a_call_that_began_before_the_records_has_its_number),
	TAP_TEST(other_tasks_are_ignored_and_descendants_are_not),
	TAP_TEST(a_thread_that_executes_becomes_the_first_one),
	TAP_TEST(a_call_with_many_checks_loses_none),
	TAP_TEST(a_number_that_is_no_capability_is_ignored),
	TAP_TEST(every_noise_has_a_word_and_a_text),
	TAP_TEST(each_task_counts_in_the_tally_that_watches_it),
};

TAP_MAIN(tests)
