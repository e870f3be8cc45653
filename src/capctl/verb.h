/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capctl's verbs: the table that main goes by, and reading their options. A
 * verb prints its own results (out.h); its failures are printed by main.
 */
#ifndef CAPRUNTIME_CAPCTL_VERB_H
#define CAPRUNTIME_CAPCTL_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

/* The exit status: never VERB_GOOD for what could not be looked at. */
enum verb_status {
	VERB_GOOD = 0, /* yes, or clean */
	VERB_FINDINGS = 1, /* no, or something was found */
	VERB_TROUBLE = 2, /* wrong use, or could not look */
};

struct verb {
	const char *name;
	const char *arguments; /* as usage shows them */
	const char *summary; /* one line */
	const char *options; /* a line each, indented; NULL: only --json */
	const char *examples; /* a line each; they stand in capctl(8), too */
	/*
	 * argv[0] is the verb's name, argv[argc] NULL. On VERB_TROUBLE `err`
	 * says why, unless that was part of the results.
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
 * Options may stand before and after the operands, which are moved to the
 * end of argv; "--" ends the options. Returns the index of the first operand;
 * -1: wrong use. At most 16 options.
 */
int verb_parse(int argc, char **argv, const struct verb_option *options,
	       size_t count, struct err *err) MUST_CHECK;

/* The same for wrong use that a verb finds itself: always -1. */
int verb_misuse(struct err *err, const char *verb, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

enum verb_status verb_check(int argc, char **argv, struct err *err);
enum verb_status verb_decode(int argc, char **argv, struct err *err);
enum verb_status verb_doctor(int argc, char **argv, struct err *err);
enum verb_status verb_explain(int argc, char **argv, struct err *err);
enum verb_status verb_restore(int argc, char **argv, struct err *err);
enum verb_status verb_scan(int argc, char **argv, struct err *err);
enum verb_status verb_show(int argc, char **argv, struct err *err);
enum verb_status verb_sync(int argc, char **argv, struct err *err);
enum verb_status verb_verify(int argc, char **argv, struct err *err);
enum verb_status verb_version(int argc, char **argv, struct err *err);

#endif
