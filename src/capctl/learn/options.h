/* SPDX-License-Identifier: Apache-2.0 */
/* The values of learn's options: text in, numbers out. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_OPTIONS_H
#define CAPRUNTIME_CAPCTL_LEARN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* With the text that is none. */
#define LEARN_NO_TIME "'%s' is no time from 1s to 168h: for example 30s or 5m"

/* "30", "30s", "5m", "2h": 1 second to 7 days. */
bool learn_seconds_parse(const char *text, uint32_t *ret_seconds);

/* 1 to 4194304, the most that Linux allows. */
bool learn_pid_parse(const char *text, int32_t *ret_pid);

/* "1000", "1000:100"; without a group it has the number of the user. */
bool learn_user_parse(const char *text, uint32_t *ret_uid, uint32_t *ret_gid);

#endif
