/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of the real runtimes, all versions together: which of them take
 * a value, and the few that say something we need. It knows names only; how
 * the words of argv are put together is runtime_args.h.
 *
 * Rests on: tests/data/options.json.
 */
#ifndef CAPRUNTIME_RUNTIME_OPTIONS_H
#define CAPRUNTIME_RUNTIME_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Where an option may stand; a set of them is a scope. */
enum option_place {
	BEFORE_VERB = 1 << 0,
	AFTER_CREATE = 1 << 1,
	AFTER_RUN = 1 << 2,
	AFTER_EXEC = 1 << 3,
	AFTER_ANY_VERB = 1 << 4, /* a global one, in runc with cli v3 */
	NOT_IN_OLD_CRUN = 1 << 5, /* so no abbreviation is ambiguous by it */
};

enum option_kind {
	OPTION_FLAG, /* runc takes --x=BOOL all the same */
	OPTION_INFO, /* a flag: help or version, no container is started */
	OPTION_ATTACHED, /* a value in the same word, or none */
	OPTION_VALUE, /* from here on a value, in the same or the next word */
	OPTION_BUNDLE,
	OPTION_CONFIG,
	OPTION_PROCESS,
	OPTION_PRESERVE_FDS,
	OPTION_ROOT,
	OPTION_LOG,
	OPTION_LOG_FORMAT,
};

struct runtime_option {
	const char *name;
	const char *letters; /* each is a short form of it */
	enum option_kind kind;
	unsigned int runc; /* its scope there, 0: no such option */
	unsigned int crun;
};

static inline bool
runtime_option_takes_value(const struct runtime_option *option)
{
	return option->kind >= OPTION_VALUE;
}

/* By its whole name or letter, without dashes; NULL: runc has none. */
const struct runtime_option *
runtime_option_runc(const char *name, size_t length, unsigned int scope);

/*
 * By its name or an abbreviation of it. NULL: crun has none, or more than one
 * (*ret_ambiguous).
 */
const struct runtime_option *runtime_option_crun(const char *name,
						 size_t length,
						 unsigned int scope,
						 bool *ret_ambiguous);

const struct runtime_option *runtime_option_crun_letter(char letter,
							unsigned int scope);

/* Can either runtime make sense of this word (one that begins with '-')? */
bool runtime_option_is_known(const char *word, unsigned int scope);

#endif
