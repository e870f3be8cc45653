/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/time.h"

#include <string.h>
#include <time.h>

#define EPOCH "1970-01-01T00:00:00Z"

void time_rfc3339(char ret_text[TIME_RFC3339_SIZE])
{
	time_t now = time(NULL);
	struct tm parts;

	if (!gmtime_r(&now, &parts) || !strftime(ret_text, TIME_RFC3339_SIZE,
						 "%Y-%m-%dT%H:%M:%SZ", &parts))
		memcpy(ret_text, EPOCH, sizeof(EPOCH));
}
