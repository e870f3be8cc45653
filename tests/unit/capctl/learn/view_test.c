/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/view.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "capctl/out.h"
#include "captured.h"
#include "tap.h"

#define PID 100
#define SECOND UINT64_C(1000000000)
#define HEAD "capability          wanted granted refused   last  first\n"

static void use_width(const char *columns)
{
	setenv("COLUMNS", columns, 1);
	out_init();
	unsetenv("COLUMNS");
}

static void add(struct learn_tally *tally, enum learn_kind kind, int64_t number,
		int64_t value, uint64_t time)
{
	const struct learn_record record = { .kind = kind,
					     .pid = PID,
					     .time = time,
					     .number = number,
					     .value = value };
	struct err err;

	CHECK(learn_tally_add(tally, &record, &err) == 0);
}

static void start(struct learn_tally *tally, const char *program)
{
	struct err err;

	CHECK(learn_tally_watch(tally, PID, program, true, &err) == 0);
}

static void call(struct learn_tally *tally, int64_t number, int cap, int result,
		 uint64_t time)
{
	add(tally, LEARN_ENTER, number, 0, time);
	add(tally, LEARN_CHECK, cap, result ? -EPERM : 0, time);
	add(tally, LEARN_EXIT, number, result, time);
}

#define CHECK_SHOWS(tally, place, want)                                        \
	do {                                                                   \
		struct captured captured_ = captured_begin();                  \
		char *got_ CLEANUP_FREE = NULL;                                \
                                                                               \
		view_print(tally, place);                                      \
		got_ = captured_end(&captured_);                               \
		CHECK_STR(got_, want);                                         \
	} while (0)

static void each_capability_has_a_line(void)
{
	const struct view_place place = {
		.begin = SECOND, .now = 100 * SECOND, .width = 82, .lines = 24
	};
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	use_width("82");
	start(&tally, "/bin/a");
	call(&tally, SYS_bind, CAP_NET_BIND_SERVICE, -EACCES, 60 * SECOND);
	call(&tally, SYS_bind, CAP_NET_BIND_SERVICE, 0, 97 * SECOND);
	call(&tally, SYS_mlock, CAP_IPC_LOCK, 0, 10 * SECOND);
	/* What counts as no need is not shown. */
	call(&tally, SYS_openat, CAP_SYS_ADMIN, -ENOENT, 10 * SECOND);
	CHECK_SHOWS(
		&tally, &place,
		HEAD
		"NET_BIND_SERVICE         2       1       1    3 s  bind by "
		"/bin/a: access refused\n"
		"IPC_LOCK                 1       1       0  1 min  mlock by "
		"/bin/a\n"
		"watched for 1 min; Ctrl-C ends it and prints the result\n");
}

static void nothing_known_is_head_and_foot(void)
{
	const struct view_place place = { .width = 80, .lines = 24 };
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	use_width("80");
	CHECK_SHOWS(&tally, &place,
		    HEAD
		    "watched for 0 s; Ctrl-C ends it and prints the result\n");
}

static void it_fits_the_terminal(void)
{
	const struct view_place place = { .now = 7200 * SECOND,
					  .width = 60,
					  .lines = 3 };
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	use_width("60");
	start(&tally, "/usr/lib/program");
	call(&tally, SYS_bind, CAP_NET_BIND_SERVICE, 0, 0);
	call(&tally, SYS_mlock, CAP_IPC_LOCK, 0, 0);
	call(&tally, SYS_mlock, CAP_SYS_NICE, 0, 0);
	CHECK_SHOWS(
		&tally, &place,
		HEAD
		"NET_BIND_SERVICE         1       1       0    2 h  bind by \n"
		"2 more; watched for 2 h; Ctrl-C ends it and prints the resu\n");
}

static void a_program_cannot_move_the_cursor(void)
{
	const struct view_place place = { .width = 100, .lines = 24 };
	struct learn_tally tally CLEANUP_TALLY = { 0 };

	use_width("100");
	start(&tally, "/bin/\033[2J\n");
	call(&tally, SYS_bind, CAP_KILL, 0, 0);
	CHECK_SHOWS(
		&tally, &place,
		HEAD
		"KILL                     1       1       0    0 s  bind by "
		"/bin/?[2J?\n"
		"watched for 0 s; Ctrl-C ends it and prints the result\n");
}

static const struct tap_test tests[] = {
	TAP_TEST(each_capability_has_a_line),
	TAP_TEST(nothing_known_is_head_and_foot),
	TAP_TEST(it_fits_the_terminal),
	TAP_TEST(a_program_cannot_move_the_cursor),
};

TAP_MAIN(tests)
