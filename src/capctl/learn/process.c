/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/process.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/procstat.h"
#include "capctl/process/smallfile.h"

#define STAT_MAX 4096

uint64_t learn_process_start(uint32_t pid)
{
	char path[64], *stat CLEANUP_FREE = NULL;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	stat = smallfile_read(path, STAT_MAX, &len);
	return stat && !procstat_has_ended(stat) ? procstat_start_time(stat)
						 : 0;
}
