/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capctl's verbs and their options. A verb prints its results (out.h); main
 * prints its failure. A new verb needs its source, its prototype below, a row
 * in main.c and a section in capctl(8); help and completions follow the row.
 */
#ifndef CAPRUNTIME_CAPCTL_VERB_H
#define CAPRUNTIME_CAPCTL_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

/* The exit status. VERB_GOOD implies that everything could be checked. */
enum verb_status {
	VERB_GOOD = 0, /* nothing was found */
	VERB_FINDINGS = 1, /* something was found */
	VERB_ERROR = 2, /* wrong usage, or something could not be checked */
	/* Of run alone, as env(1): errors, too. */
	VERB_NOT_RUN = 125,
	VERB_NOT_EXECUTED = 126,
	VERB_NOT_FOUND = 127,
};

struct verb {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary; /* one line */
	const char *options; /* one per line, indented; NULL: none */
	const char *examples; /* one per line; capctl(8) has them too */
	/*
	 * argv[0] is the verb's name, argv[argc] is NULL. From VERB_ERROR on
	 * `err` has the reason, unless the results have it.
	 */
	enum verb_status (*run)(int argc, char **argv, struct err *err);
};

/* An option without a value sets *flag, one with a value *value. */
struct verb_option {
	const char *name; /* without the dashes */
	bool *flag;
	const char **value;
};

/*
 * Parses the options, with "-o json|text" for an option "json", and "--color" of
 * every verb. They may precede and follow the operands; "--" ends
 * them. Moves the operands to the end of argv and returns the index of the
 * first. -1: wrong usage. At most 16 options.
 */
int verb_parse(int argc, char **argv, const struct verb_option *options,
	       size_t count, struct err *err) MUST_CHECK;

/* Reports wrong usage that a verb detects itself. Returns -1. */
int verb_misuse(struct err *err, const char *verb, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * For a verb that goes on after an error: adds `one` to the errors so far, for
 * one line. Returns VERB_ERROR.
 */
enum verb_status verb_add_error(struct err *all, const struct err *one);

/* For the shells' completions; hidden (complete/complete.c). */
#define VERB_COMPLETE "__complete"
enum verb_status verb_complete(int argc, char **argv, struct err *err);

enum verb_status verb_check(int argc, char **argv, struct err *err);
enum verb_status verb_decode(int argc, char **argv, struct err *err);
enum verb_status verb_doctor(int argc, char **argv, struct err *err);
enum verb_status verb_explain(int argc, char **argv, struct err *err);
enum verb_status verb_learn(int argc, char **argv, struct err *err);
enum verb_status verb_restore(int argc, char **argv, struct err *err);
enum verb_status verb_run(int argc, char **argv, struct err *err);
enum verb_status verb_scan(int argc, char **argv, struct err *err);
enum verb_status verb_show(int argc, char **argv, struct err *err);
enum verb_status verb_sync(int argc, char **argv, struct err *err);
enum verb_status verb_verify(int argc, char **argv, struct err *err);
enum verb_status verb_version(int argc, char **argv, struct err *err);

#endif
