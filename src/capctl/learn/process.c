/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/process.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fileio.h"
#include "base/procstat.h"

#define STAT_MAX 4096

uint64_t learn_process_start(uint32_t pid)
{
	struct err ignored = { 0 };
	char path[64], *stat CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0 ||
	    fileio_read(fd, path, STAT_MAX, &stat, &len, &ignored) < 0 ||
	    procstat_has_ended(stat))
		return 0;
	return procstat_start_time(stat);
}
