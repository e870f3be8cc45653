/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One way to read argv: by the grammar of one runtime, with a guess for every
 * option that no runtime is known to have. Which reading counts, and what
 * becomes of argv when they differ, is runtime_args.h.
 */
#ifndef CAPRUNTIME_RUNTIME_READING_H
#define CAPRUNTIME_RUNTIME_READING_H

#include <stdbool.h>

#include "runtime/call.h"

/* Six options that nobody knows make 64 readings. */
#define READING_UNKNOWN_MAX 6

/* In place of guesses: refuse what is unknown, as today's runtimes do. */
#define READING_STRICT (1U << READING_UNKNOWN_MAX)

/*
 * runc: urfave/cli v1 up to 1.5, then v3. crun: glibc's argp. v1 moves the
 * options that it knows to the front before it parses; v3 takes options,
 * global ones too, wherever they stand; with argp they end at the id.
 */
enum reading_grammar { READING_CLI_V1, READING_CLI_V3, READING_ARGP };

enum reading_outcome {
	READING_REFUSED,
	READING_PASSED, /* another verb, help, version: nothing is started */
	READING_TAKEN, /* create, run or exec, of a container */
};

struct reading {
	enum reading_outcome outcome;
	struct runtime_args args; /* REFUSED: as far as it was read */
	const char *unknown; /* the first unknown option, NULL: none */
	unsigned int guesses; /* how many of them had to be guessed at */
	bool too_many; /* of those, hence REFUSED */
};

/*
 * Bit n of guesses: the nth unknown option without '=' takes a value, out of
 * the next word where there is no other place for it. Or READING_STRICT.
 */
struct reading runtime_reading_make(int argc, char *const argv[],
				    enum reading_grammar grammar,
				    unsigned int guesses);

#endif
