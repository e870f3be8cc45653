/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day as logs have it. */
#ifndef CAPRUNTIME_BASE_TIME_H
#define CAPRUNTIME_BASE_TIME_H

/* "2026-11-23T11:01:47Z", and years of more digits. */
#define TIME_RFC3339_SIZE 40

/* Now, in UTC; the epoch when the clock gives nothing that can be written. */
void time_rfc3339(char ret_text[TIME_RFC3339_SIZE]);

#endif
