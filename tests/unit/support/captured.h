/* SPDX-License-Identifier: Apache-2.0 */
/* Captures standard output of a part of a test, to keep it out of the TAP. */
#ifndef CAPRUNTIME_CAPTURED_H
#define CAPRUNTIME_CAPTURED_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

struct captured {
	int stdout_fd; /* the original descriptor */
	int fd;
};

/* A failure ends the program. */
static inline struct captured captured_begin(void)
{
	struct captured captured;

	fflush(stdout);
	captured.stdout_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	captured.fd = memfd_create("captured", MFD_CLOEXEC);
	if (captured.stdout_fd < 0 || captured.fd < 0 ||
	    dup2(captured.fd, STDOUT_FILENO) < 0)
		abort();
	return captured;
}

/* The captured output; the caller frees. */
static inline char *captured_end(struct captured *captured)
{
	char *text = calloc(1, 65537);

	fflush(stdout);
	dup2(captured->stdout_fd, STDOUT_FILENO);
	close(captured->stdout_fd);
	if (!text || pread(captured->fd, text, 65536, 0) < 0)
		abort();
	close(captured->fd);
	return text;
}

#endif
