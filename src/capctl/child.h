/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that capctl runs: starts it in a process group of its own, reads
 * what it prints, waits for its end, kills it if that does not come in time.
 * What the program is and what its output means is the caller's part.
 */
#ifndef CAPRUNTIME_CAPCTL_CHILD_H
#define CAPRUNTIME_CAPCTL_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"

/* The directories of system programs, as an entry of an environment. */
extern char child_path_entry[];

/* One of its outputs. What exceeds `max` is read and dropped. */
struct child_stream {
	int fd; /* -1: at its end */
	char *text; /* NUL-terminated */
	size_t len;
	size_t max;
	bool is_cut;
};

enum { CHILD_OUTPUT, CHILD_ERRORS, CHILD_STREAM_COUNT };

struct child {
	pid_t pid; /* 0: none, or it has ended */
	int input; /* -1: closed, or /dev/null */
	int interrupt; /* as in struct child_program */
	struct child_stream streams[CHILD_STREAM_COUNT];
};

#define CHILD_INIT                                                             \
	{                                                                      \
		.input = -1, .interrupt = -1, .streams = {                     \
			{ .fd = -1 },                                          \
			{ .fd = -1 }                                           \
		}                                                              \
	}
#define CLEANUP_CHILD __attribute__((cleanup(child_free)))

struct child_program {
	const char *path;
	char *const *argv;
	char *const *environment;
	bool has_input; /* standard input is a pipe; else it is /dev/null */
	size_t output_max;
	size_t errors_max;
	int interrupt; /* gives up as soon as this can be read; -1: never */
};

/*
 * No signal is blocked in the program. -1: it could not be started, or memory
 * ran out. The caller frees, also on -1.
 */
int child_start(struct child *ret_child, const struct child_program *program,
		struct err *err) MUST_CHECK;
/*
 * The same with these descriptors as its standard input, output and error: the
 * streams are not read, and the limits of `program` do not count.
 */
int child_start_with(struct child *ret_child,
		     const struct child_program *program, const int ends[3],
		     struct err *err) MUST_CHECK;
/* Kills the process group, if the program has not ended. */
void child_free(struct child *child);

/* The time that is `ms` milliseconds from now, for the functions below. */
int64_t child_time(int ms);

enum child_until { CHILD_FIRST_LINE, CHILD_END };

/*
 * Reads both outputs until standard output has a line, or until both have
 * ended. false: not by then, too much output, or an interrupt. The first line
 * does not come after the end: true, without one.
 */
bool child_read(struct child *child, enum child_until until, int64_t end);
/* The program may read to the end of its standard input. */
void child_close_input(struct child *child);
/*
 * Waits. Returns the exit status; -1: it was killed, by a signal, or here with
 * its process group because the time has passed or an interrupt came.
 */
int child_wait(struct child *child, int64_t end);

/* The last line that is not empty; changes the text. */
const char *child_last_line(char *text);

#endif
