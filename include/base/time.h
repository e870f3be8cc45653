/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day in the format of logs. */
#ifndef CAPRUNTIME_BASE_TIME_H
#define CAPRUNTIME_BASE_TIME_H

/* "2026-11-23T11:01:47Z", with room for any year. */
#define TIME_RFC3339_SIZE 96

/* Now, in UTC. Reads neither $TZ nor a file. */
void time_rfc3339(char ret_text[TIME_RFC3339_SIZE]);

#endif
