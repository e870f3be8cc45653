/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/options.h"

#include "tap.h"

static void a_time_has_a_unit(void)
{
	uint32_t seconds = 0;

	CHECK(learn_seconds_parse("30", &seconds) && seconds == 30);
	CHECK(learn_seconds_parse("30s", &seconds) && seconds == 30);
	CHECK(learn_seconds_parse("5m", &seconds) && seconds == 300);
	CHECK(learn_seconds_parse("2h", &seconds) && seconds == 7200);
	CHECK(learn_seconds_parse("168h", &seconds) && seconds == 604800);
}

static void other_times_are_refused(void)
{
	static const char *const texts[] = {
		"",   "s",   "0",    "0s",     "-1",   "1.5s",
		"1d", "1ss", "169h", "604801", " 1",   "99999999999999999999",
		"1 ", "+1",  "1s ",  "0x10",   "1m1s",
	};
	uint32_t seconds;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!CHECK(!learn_seconds_parse(texts[i], &seconds)))
			printf("# '%s'\n", texts[i]);
}

static void a_pid_is_a_number_above_0(void)
{
	int32_t pid = 0;

	CHECK(learn_pid_parse("1", &pid) && pid == 1);
	CHECK(learn_pid_parse("4194304", &pid) && pid == 4194304);
	CHECK(!learn_pid_parse("4194305", &pid));
	CHECK(!learn_pid_parse("0", &pid));
	CHECK(!learn_pid_parse("-1", &pid));
	CHECK(!learn_pid_parse("self", &pid));
	CHECK(!learn_pid_parse("1a", &pid));
	CHECK(!learn_pid_parse("", &pid));
}

static void a_group_is_that_of_the_user_by_default(void)
{
	uint32_t uid = 0, gid = 0;

	CHECK(learn_user_parse("1000", &uid, &gid) && uid == 1000 &&
	      gid == 1000);
	CHECK(learn_user_parse("1000:7", &uid, &gid) && uid == 1000 &&
	      gid == 7);
	CHECK(learn_user_parse("0:0", &uid, &gid) && uid == 0 && gid == 0);
	CHECK(learn_user_parse("4294967294", &uid, &gid));
}

static void other_users_are_refused(void)
{
	static const char *const texts[] = { "",	   ":",	    "1:",
					     ":1",	   "1:2:3", "www-data",
					     "4294967295", "-1",    "1:-1" };
	uint32_t uid, gid;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!CHECK(!learn_user_parse(texts[i], &uid, &gid)))
			printf("# '%s'\n", texts[i]);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_time_has_a_unit),
	TAP_TEST(other_times_are_refused),
	TAP_TEST(a_pid_is_a_number_above_0),
	TAP_TEST(a_group_is_that_of_the_user_by_default),
	TAP_TEST(other_users_are_refused),
};

TAP_MAIN(tests)
