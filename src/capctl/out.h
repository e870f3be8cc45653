/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What capctl writes to standard output: lines and aligned tables for people,
 * in colour if wanted, and JSON for programs. Names of files and containers
 * are untrusted: bytes that could control a terminal are printed as \xHH.
 */
#ifndef CAPRUNTIME_CAPCTL_OUT_H
#define CAPRUNTIME_CAPCTL_OUT_H

#include "caps/set.h"

struct json_object;

enum out_style {
	OUT_PLAIN,
	OUT_STRONG, /* catches the eye first */
	OUT_FAINT,
	OUT_GOOD,
	OUT_WARNING,
	OUT_BAD,
	OUT_STYLE_COUNT
};

/*
 * Examines standard output, $NO_COLOR and $COLUMNS; call it first. Only a
 * terminal gets colour, and lines wrapped at its width. With $COLUMNS lines are
 * wrapped there, on whatever standard output is.
 */
void out_init(void);

/* The width of a line, measured again: a terminal can be resized. */
size_t out_measure(void);
/*
 * From now on each line that ends calls `on_line`, with its width. NULL: nothing is
 * called. JSON does not count.
 */
void out_watch(void (*on_line)(size_t columns));

/* "auto", "always" or "never", before anything is printed. False: neither. */
bool out_use_colour(const char *when) MUST_CHECK;

/* Prints one line; a newline in the text is escaped. */
void out_line(enum out_style style, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Rows of cells; a column is as wide as its widest cell. */
#define OUT_COLUMNS_MAX 8

struct out_table {
	struct out_row *rows;
	size_t count;
	size_t size;
	bool failed; /* out of memory: out_finish() reports it */
	unsigned int indent;
};

#define CLEANUP_TABLE __attribute__((cleanup(out_table_free)))

/*
 * Appends a row of `columns` strings, which are copied; NULL: an empty cell.
 * The style is that of the whole row; out_table_style() sets the style of one
 * cell of the last row.
 */
void out_table_add(struct out_table *table, enum out_style style,
		   size_t columns, ...);
void out_table_style(struct out_table *table, size_t column,
		     enum out_style style);
/*
 * Prints the rows. The last cell of a row is wrapped at blanks if it does not
 * fit. A cell wider than half a line has the rest of its row below it.
 */
void out_table_print(const struct out_table *table);
void out_table_free(struct out_table *table);

/*
 * "NET_RAW, SYS_NICE", "none", "all of 41", "all but SYS_BOOT". The caller
 * frees; NULL: out of memory.
 */
char *out_names(capmask mask);
/* "CAP_NET_RAW", or a number ("63"). The caller frees; NULL: out of memory. */
char *out_name(unsigned int bit);

/* Prints the object, indented, and a newline. Takes the reference. */
void out_json(struct json_object *object);
/* The same on one line, for logs. */
void out_json_line(struct json_object *object);

/* ["CAP_NET_RAW"]; a bit without a name is its number: "63". */
struct json_object *out_json_names(capmask mask);
/* {"mask": "0000000000000400", "names": ["CAP_NET_BIND_SERVICE"]} */
struct json_object *out_json_mask(capmask mask);
/* All five: {"effective": …}. */
struct json_object *out_json_sets(const struct capsets *sets);
/* A string; U+FFFD replaces invalid UTF-8. NULL: null. */
struct json_object *out_json_text(const char *text);

/* Memory ran out: out_finish() will fail. */
void out_fail(void);

/* Flushes. -1: a write failed, or memory ran out. */
int out_finish(struct err *err) MUST_CHECK;

#endif
