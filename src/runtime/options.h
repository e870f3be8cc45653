/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table of the real runtimes' options, all versions together: which of them
 * take a value, and which values capruntime uses. Names only; reading.c parses
 * argv with it.
 *
 * Rests on: tests/data/options.json.
 */
#ifndef CAPRUNTIME_RUNTIME_OPTIONS_H
#define CAPRUNTIME_RUNTIME_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/call.h"

/* Where an option is valid; a set of places is a scope. */
enum option_place {
	BEFORE_VERB = 1 << 0,
	AFTER_CREATE = 1 << 1,
	AFTER_RUN = 1 << 2,
	AFTER_EXEC = 1 << 3,
	AFTER_ANY_VERB = 1 << 4, /* global options, in runc with cli v3 */
	NOT_IN_OLD_CRUN = 1 << 5, /* makes no abbreviation ambiguous */
	AFTER_RESTORE = 1 << 6,
};

enum option_kind {
	OPTION_FLAG, /* runc also accepts --x=BOOL */
	OPTION_INFO, /* a flag: help or version; starts no container */
	OPTION_ATTACHED, /* optional value, in the same argument only */
	OPTION_VALUE, /* this and the rest: value in same or next argument */
	OPTION_BUNDLE,
	OPTION_CONFIG,
	OPTION_PROCESS,
	OPTION_PRESERVE_FDS,
	OPTION_ROOT,
	OPTION_LOG,
	OPTION_LOG_FORMAT,
};

struct runtime_option {
	char name[20]; /* arrays: a start relocates each pointer */
	char letters[3]; /* its short forms */
	enum option_kind kind;
	unsigned int runc; /* scope in runc; 0: no such option */
	unsigned int crun;
};

/* RUNTIME_PASS: the word is no verb that capruntime evaluates. */
enum runtime_verb runtime_verb_find(const char *word);

/* Where the options after this verb are valid; 0 for RUNTIME_PASS. */
unsigned int runtime_verb_place(enum runtime_verb verb);

/* Can an option of urfave/cli v3 begin with it? */
static inline bool runtime_option_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c & 0x80;
}

static inline bool
runtime_option_takes_value(const struct runtime_option *option)
{
	return option->kind >= OPTION_VALUE;
}

/* Finds an option by full name or letter, without dashes; or NULL. */
const struct runtime_option *
runtime_option_runc(const char *name, size_t length, unsigned int scope);

/*
 * Finds an option by name or abbreviation. NULL: crun has no such option, or
 * several (*ret_ambiguous).
 */
const struct runtime_option *runtime_option_crun(const char *name,
						 size_t length,
						 unsigned int scope,
						 bool *ret_ambiguous);

const struct runtime_option *runtime_option_crun_letter(char letter,
							unsigned int scope);

/* Does either runtime know this argument, which begins with '-'? */
bool runtime_option_is_known(const char *word, unsigned int scope);

#endif
