/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DAY (INT64_C(24) * 60 * 60)
/* The Gregorian calendar repeats after 400 years. */
#define CYCLE_YEARS 400
#define CYCLE_DAYS 146097

/* Rounds down for negative numbers, too. */
static int64_t divide_down(int64_t number, int64_t by, int64_t *ret_rest)
{
	int64_t result = number / by;

	*ret_rest = number % by;
	if (*ret_rest < 0) {
		*ret_rest += by;
		result--;
	}
	return result;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_year(int64_t year)
{
	return is_leap(year) ? 366 : 365;
}

static int days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return month == 1 && is_leap(year) ? 29 : days[month];
}

/*
 * The C library's time(2) reads pages of the kernel's vDSO, which are not there
 * yet: each costs more than a system call. These take a time of two 64-bit words.
 */
#ifdef SYS_clock_gettime64
#define SYS_TIME_NOW SYS_clock_gettime64
#else
#define SYS_TIME_NOW SYS_clock_gettime
#endif

static int64_t time_now(void)
{
	int64_t now[2];

	return syscall(SYS_TIME_NOW, CLOCK_REALTIME, now) == 0 ? now[0]
							       : time(NULL);
}

/*
 * Not gmtime_r(3): the GNU C library's opens the file that $TZ names, which can
 * be a FIFO.
 */
void time_rfc3339(char ret_text[TIME_RFC3339_SIZE])
{
	int64_t second, day, year;
	int month = 0;

	day = divide_down(time_now(), DAY, &second);
	year = 1970 + CYCLE_YEARS * divide_down(day, CYCLE_DAYS, &day);
	for (; day >= days_in_year(year); year++)
		day -= days_in_year(year);
	for (; day >= days_in_month(year, month); month++)
		day -= days_in_month(year, month);
	snprintf(ret_text, TIME_RFC3339_SIZE,
		 "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", year, month + 1,
		 (int)day + 1, (int)second / 3600, (int)second / 60 % 60,
		 (int)second % 60);
}
