/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/options.h"

#include <string.h>

#define SECONDS_MAX (UINT64_C(7) * 24 * 3600)
#define PID_MAX 4194304
/* The last number means "no user" to system calls. */
#define ID_MAX (UINT32_MAX - 1)

/* Digits alone. Moves *at behind them. */
static bool parse_digits(const char **at, uint64_t max, uint64_t *ret_number)
{
	const char *text = *at;
	uint64_t number = 0;

	for (; *text >= '0' && *text <= '9'; text++) {
		number = number * 10 + (uint64_t)(*text - '0');
		if (number > max)
			return false;
	}
	*ret_number = number;
	if (text == *at)
		return false;
	*at = text;
	return true;
}

bool learn_seconds_parse(const char *text, uint32_t *ret_seconds)
{
	uint64_t number, unit = 1;

	if (!parse_digits(&text, SECONDS_MAX, &number))
		return false;
	if (*text == 'm')
		unit = 60;
	else if (*text == 'h')
		unit = 3600;
	if (*text && strchr("smh", *text))
		text++;
	*ret_seconds = (uint32_t)(number * unit);
	return !*text && number && number * unit <= SECONDS_MAX;
}

bool learn_pid_parse(const char *text, int32_t *ret_pid)
{
	uint64_t number;

	if (!parse_digits(&text, PID_MAX, &number) || *text || !number)
		return false;
	*ret_pid = (int32_t)number;
	return true;
}

bool learn_user_parse(const char *text, uint32_t *ret_uid, uint32_t *ret_gid)
{
	uint64_t uid, gid;

	if (!parse_digits(&text, ID_MAX, &uid))
		return false;
	gid = uid;
	if (*text == ':') {
		text++;
		if (!parse_digits(&text, ID_MAX, &gid))
			return false;
	}
	*ret_uid = (uint32_t)uid;
	*ret_gid = (uint32_t)gid;
	return !*text;
}
