/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses argv once: by the grammar of one runtime, with a guess for every
 * option that no known runtime has. args.c makes several readings and chooses.
 */
#ifndef CAPRUNTIME_RUNTIME_READING_H
#define CAPRUNTIME_RUNTIME_READING_H

#include <stdbool.h>

#include "runtime/call.h"

/* Six unknown options make 64 readings. */
#define READING_UNKNOWN_MAX 6

/* Instead of guesses: refuse unknown options, as the known runtimes do. */
#define READING_STRICT (1U << READING_UNKNOWN_MAX)

/*
 * runc uses urfave/cli v1 up to 1.5, then v3; crun uses glibc's argp. v1 moves
 * the options that it knows to the front before it parses. v3 accepts options,
 * global ones too, anywhere. argp stops at the id.
 */
enum reading_grammar { READING_CLI_V1, READING_CLI_V3, READING_ARGP };

enum reading_outcome {
	READING_REFUSED,
	READING_PASSED, /* another verb, help, version: starts nothing */
	READING_TAKEN, /* create, run, restore or exec of a container */
};

struct reading {
	enum reading_outcome outcome;
	struct runtime_args args; /* REFUSED: as far as read */
	const char *unknown; /* the first unknown option, NULL: none */
	const char *blank; /* the first word with a blank around; NULL: none */
	unsigned int guesses; /* how many of them needed a guess */
	bool too_many; /* more guesses than the maximum, hence REFUSED */
};

/*
 * Bit n of guesses: the nth unknown option without '=' takes a value, from the
 * next argument if it has none attached. Or READING_STRICT.
 */
struct reading runtime_reading_make(int argc, char *const argv[],
				    enum reading_grammar grammar,
				    unsigned int guesses);

#endif
