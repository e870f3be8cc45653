/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings of check, doctor, explain and verify: a list in the order of the
 * report, and functions that print it. Excerpts, totals and the exit status
 * stay with the verb.
 */
#ifndef CAPRUNTIME_CAPCTL_FINDING_H
#define CAPRUNTIME_CAPCTL_FINDING_H

#include "capctl/out.h"
#include "json/check.h"

struct json_object;

enum finding_level {
	FINDING_OK,
	FINDING_WARNING,
	FINDING_ERROR,
	FINDING_UNKNOWN, /* it could not be checked */
	FINDING_LEVEL_COUNT
};

/* Only `text` and `fix` belong to the finding; all else outlives the list. */
struct finding {
	enum finding_level level;
	const char *code; /* for programs, stable; NULL: none */
	const char *topic; /* the part, rule or container; NULL: none */
	const char *file; /* NULL: none */
	struct json_place place; /* line 0: the file as a whole */
	capmask names; /* the capabilities in question; 0: none */
	char *text;
	char *fix; /* NULL: nothing to do */
};

struct findings {
	struct finding *list;
	size_t count;
	size_t size;
	bool failed; /* out of memory, the list is incomplete */
	bool wrong_only; /* what is ok is counted, but not printed */
};

#define CLEANUP_FINDINGS __attribute__((cleanup(findings_free)))

/* Appends a finding that has a level, a topic and a text. */
void findings_add(struct findings *findings, enum finding_level level,
		  const char *topic, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Appends any other finding; its text is made from `format`. */
void findings_add_like(struct findings *findings, struct finding finding,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends the finding and takes its text and fix, also when it fails. */
void findings_take(struct findings *findings, struct finding finding);
/* Sets the fix of the last finding, if there is one. */
void findings_fix(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* -1: the list is incomplete, because memory ran out. */
int findings_check(const struct findings *findings, struct err *err) MUST_CHECK;
size_t findings_count(const struct findings *findings,
		      enum finding_level level);
void findings_free(struct findings *findings);

/* "ok", "warning", "error", "unknown". */
const char *finding_level_name(enum finding_level level);
enum out_style finding_level_style(enum finding_level level);
/* Of the line with the counts: the style of the worst finding. */
enum out_style findings_summary_style(const struct findings *findings);

enum finding_field {
	FINDING_FIELD_LEVEL,
	FINDING_FIELD_CODE,
	FINDING_FIELD_TOPIC,
	FINDING_FIELD_FILE,
	FINDING_FIELD_LINE,
	FINDING_FIELD_COLUMN,
	FINDING_FIELD_NAMES,
	FINDING_FIELD_TEXT,
	FINDING_FIELD_FIX,
};

/*
 * Prints a row for each: the two fields (strings), then "NAMES: text", and
 * the fix in a row below. The cell of the level or the code has the colour of
 * the level.
 */
void findings_print_table(const struct findings *findings,
			  enum finding_field first, enum finding_field second);
/* "FILE:LINE:COLUMN: LEVEL: text"; without a line in a file "LEVEL: text". */
void finding_print_line(const struct finding *finding);

/* A key of the verb's JSON, and what it holds. */
struct finding_key {
	const char *name;
	enum finding_field field;
};

/*
 * An array with an object for each, which has these keys in this order. A
 * field that a finding does not have is null; names are an array.
 */
struct json_object *findings_json(const struct findings *findings,
				  const struct finding_key *keys, size_t count);

#endif
