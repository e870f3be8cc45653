/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal of 24 lines, for what is printed on one. */
#ifndef CAPRUNTIME_TERMINAL_H
#define CAPRUNTIME_TERMINAL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"

static inline void terminal_resize(int terminal, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };

	ioctl(terminal, TIOCSWINSZ, &size);
}

/* What is written on it can be read; -1: terminals are not available. */
static inline int terminal_open(unsigned short columns)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
		return -1;
	terminal_resize(fd, columns);
	return fd;
}

/* It becomes standard output. */
static inline bool terminal_use(int terminal)
{
	int other CLEANUP_FD =
		open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);

	fflush(stdout);
	return other >= 0 && dup2(other, STDOUT_FILENO) >= 0;
}

#endif
