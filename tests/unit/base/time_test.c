/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

/* The test's clock: these replace the C library's. */
static time_t now;
static bool call_fails;

long syscall(long number, ...)
{
	va_list args;
	int64_t *parts;

	(void)number;
	va_start(args, number);
	CHECK(va_arg(args, int) == CLOCK_REALTIME);
	parts = va_arg(args, int64_t *);
	va_end(args);
	if (call_fails)
		return -1;
	parts[0] = now;
	parts[1] = 0;
	return 0;
}

time_t time(time_t *ret_now)
{
	(void)ret_now;
	CHECK(call_fails);
	return now;
}

static void check_time(time_t when, const char *text)
{
	char got[TIME_RFC3339_SIZE];

	memset(got, 'x', sizeof(got));
	now = when;
	time_rfc3339(got);
	CHECK_STR(got, text);
}

static void times_are_written_as_runc_writes_them(void)
{
	check_time(0, "1970-01-01T00:00:00Z");
	check_time(1795431707, "2026-11-23T11:01:47Z");
	check_time(951782399, "2000-02-28T23:59:59Z");
	check_time(951782400, "2000-02-29T00:00:00Z");
	check_time(INT32_MAX, "2038-01-19T03:14:07Z");
}

static void it_is_utc_wherever_one_is(void)
{
	CHECK(setenv("TZ", "XYZ-11:30", 1) == 0);
	tzset();
	check_time(1795431707, "2026-11-23T11:01:47Z");
	CHECK(unsetenv("TZ") == 0);
	tzset();
}

static void an_old_kernel_has_time_alone(void)
{
	call_fails = true;
	check_time(1795431707, "2026-11-23T11:01:47Z");
	call_fails = false;
}

/* Compares with the C library's calendar, another implementation. */
static void every_day_of_a_thousand_years_is_the_c_library_s(void)
{
	const time_t last = (time_t)INT64_C(86400) * 365 * 1000;
	char wanted[TIME_RFC3339_SIZE];
	struct tm parts;

	if (sizeof(time_t) < sizeof(int64_t))
		SKIP("time_t has 32 bits here");
	for (time_t day = -last / 2; day < last; day += 86400 + 61) {
		REQUIRE(gmtime_r(&day, &parts));
		snprintf(wanted, sizeof(wanted),
			 "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
			 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
			 parts.tm_min, parts.tm_sec);
		check_time(day, wanted);
	}
}

static void a_clock_before_the_epoch_is_written_too(void)
{
	check_time(-1, "1969-12-31T23:59:59Z");
}

static void years_of_more_digits_fit(void)
{
	if (sizeof(time_t) < sizeof(int64_t))
		SKIP("time_t has 32 bits here");
	check_time((time_t)INT64_C(253402300799), "9999-12-31T23:59:59Z");
	check_time((time_t)INT64_C(253402300800), "10000-01-01T00:00:00Z");
	check_time((time_t)INT64_C(67767976233532799),
		   "2147483647-12-31T23:59:59Z");
}

static void the_first_and_the_last_time_are_written_too(void)
{
	if (sizeof(time_t) < sizeof(int64_t))
		SKIP("time_t has 32 bits here");
	check_time((time_t)INT64_MAX, "292277026596-12-04T15:30:07Z");
	check_time((time_t)INT64_MIN, "-292277022657-01-27T08:29:52Z");
}

static const struct tap_test tests[] = {
	TAP_TEST(times_are_written_as_runc_writes_them),
	TAP_TEST(it_is_utc_wherever_one_is),
	TAP_TEST(an_old_kernel_has_time_alone),
	TAP_TEST(every_day_of_a_thousand_years_is_the_c_library_s),
	TAP_TEST(a_clock_before_the_epoch_is_written_too),
	TAP_TEST(years_of_more_digits_fit),
	TAP_TEST(the_first_and_the_last_time_are_written_too),
};
TAP_MAIN(tests)
