/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/procstat.h"

#include "tap.h"

static void the_start_time_is_read_behind_any_name(void)
{
	CHECK_U64(procstat_start_time(
			  "7 (a) b) (c) S 1 2 3 4 -5 6 7 8 9 10 11 12 13 14 "
			  "15 16 17 0 99 100"),
		  99);
	CHECK_U64(procstat_start_time("7 (a) S 1 2 3"), 0);
	CHECK_U64(procstat_start_time(""), 0);
}

static void the_parent_is_read_behind_any_name(void)
{
	CHECK(procstat_parent("7 (a) b) (c) S 12 3 4") == 12);
	CHECK(procstat_parent("7 (a) S 2147483647 3") == INT32_MAX);
	CHECK(procstat_parent("7 (a) S 2147483648 3") == 0);
	CHECK(procstat_parent("7 (a) S 0 3") == 0);
	CHECK(procstat_parent("7 (a) S -1 3") == 0);
	CHECK(procstat_parent("7 (a) S") == 0);
	CHECK(procstat_parent("") == 0);
}

static void a_zombie_has_ended(void)
{
	CHECK(procstat_has_ended("7 (a) Z 1 2 3"));
	CHECK(procstat_has_ended("7 (a) S) X 1 2 3"));
	CHECK(!procstat_has_ended("7 (a) S 1 2 3"));
	CHECK(!procstat_has_ended("7 (a) Z) R 1 2 3"));
	CHECK(!procstat_has_ended("7 (a)"));
	CHECK(!procstat_has_ended(""));
}

static void a_process_ends_with_its_last_thread(void)
{
	CHECK(procstat_has_ended("7 (a) Z 1 2 3 4 -5 6 7 8 9 10 11 12 13 14 "
				 "15 16 1 0 99"));
	CHECK(!procstat_has_ended("7 (a) Z 1 2 3 4 -5 6 7 8 9 10 11 12 13 14 "
				  "15 16 2 0 99"));
	CHECK(!procstat_has_ended("7 (a) Z 1 2 3 4 -5 6 7 8 9 10 11 12 13 14 "
				  "15 16 9 0 99"));
}

static void the_flags_tell_whether_it_has_executed_a_program(void)
{
	CHECK(!procstat_has_executed("7 (a) b) (c) S 1 2 3 4 -5 64 7 8"));
	CHECK(!procstat_has_executed("7 (a) S 1 2 3 4 -5 4194624 7 8"));
	CHECK(procstat_has_executed("7 (a) S 1 2 3 4 64 4194560 64 64"));
	CHECK(procstat_has_executed("7 (a) S 1 2 3 4 64"));
	CHECK(procstat_has_executed(""));
}

static const struct tap_test tests[] = {
	TAP_TEST(the_start_time_is_read_behind_any_name),
	TAP_TEST(the_parent_is_read_behind_any_name),
	TAP_TEST(a_zombie_has_ended),
	TAP_TEST(a_process_ends_with_its_last_thread),
	TAP_TEST(the_flags_tell_whether_it_has_executed_a_program),
};

TAP_MAIN(tests)
