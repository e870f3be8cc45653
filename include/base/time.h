/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day in the format of logs. */
#ifndef CAPRUNTIME_BASE_TIME_H
#define CAPRUNTIME_BASE_TIME_H

/* "2026-11-23T11:01:47Z", with room for longer years. */
#define TIME_RFC3339_SIZE 40

/* Now, in UTC; the epoch if the time cannot be formatted. */
void time_rfc3339(char ret_text[TIME_RFC3339_SIZE]);

#endif
