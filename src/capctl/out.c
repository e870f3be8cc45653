/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/alloc.h"
#include "base/utf8.h"

#define USUAL_WIDTH 80 /* of a terminal that does not tell */
#define NARROWEST 40
#define WIDTH_MAX 4096
#define GAP 2 /* blanks between columns */

struct out_row {
	size_t columns;
	char *cells[OUT_COLUMNS_MAX];
	enum out_style styles[OUT_COLUMNS_MAX];
};

static bool on_terminal;
static bool coloured;
static bool rich; /* the terminal has 256 colours */
static bool failed;
static size_t width = SIZE_MAX; /* text is wrapped for people alone */
static size_t cursor; /* its column */
static void (*on_line)(size_t columns);

/* 0: it is not set, or no width. */
static size_t chosen_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long number = columns ? strtoul(columns, NULL, 10) : 0;

	return number <= WIDTH_MAX ? number : 0;
}

static size_t terminal_width(void)
{
	struct winsize size;

	if (!on_terminal)
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return USUAL_WIDTH;
}

static bool is_colour_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return on_terminal && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

void out_init(void)
{
	const char *term = getenv("TERM");

	on_terminal = isatty(STDOUT_FILENO);
	rich = term && strstr(term, "256color");
	coloured = is_colour_wanted();
	out_measure();
}

size_t out_measure(void)
{
	width = chosen_width();
	if (!width)
		width = terminal_width();
	if (width < NARROWEST)
		width = NARROWEST;
	return width;
}

void out_watch(void (*each)(size_t columns))
{
	on_line = each;
}

static void end_line(void)
{
	putchar('\n');
	if (on_line)
		on_line(cursor);
	cursor = 0;
}

bool out_use_colour(const char *when)
{
	if (strcmp(when, "always") == 0)
		coloured = true;
	else if (strcmp(when, "never") == 0)
		coloured = false;
	else if (strcmp(when, "auto") == 0)
		coloured = is_colour_wanted();
	else
		return false;
	return true;
}

/* 0: it must be escaped. */
static size_t printable_length(const char *text, size_t left)
{
	unsigned char first = (unsigned char)text[0];
	size_t length = utf8_length(text, left);

	if (first < 0x20 || !length || utf8_is_unseen(text))
		return 0;
	return length;
}

/* The text with escapes. The caller frees; NULL: out of memory. */
static char *escape_text(const char *text)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char *shown, escape[8];

	for (size_t left = strlen(text), length; left;
	     text += length, left -= length) {
		length = printable_length(text, left);
		if (length) {
			buf_add(&buf, text, length);
			continue;
		}
		length = 1;
		snprintf(escape, sizeof(escape), "\\x%02x",
			 (unsigned char)*text);
		buf_add_str(&buf, escape);
	}
	return buf_take(&buf, &shown, NULL, &ignored) < 0 ? NULL : shown;
}

static size_t columns_of(const char *text, size_t len)
{
	size_t count = 0, length;

	for (; len; text += length, len -= length) {
		length = utf8_length(text, len);
		length += !length;
		count += utf8_columns(text, length);
	}
	return count;
}

/*
 * Readable on dark and on light: yellow on white is not. Of 256 colours these
 * have a contrast of at least 3 on both, and of 8 these come closest.
 */
static const char *const styles[OUT_STYLE_COUNT][2] = {
	[OUT_STRONG] = { "1", "1" },
	[OUT_FAINT] = { "2", "2" },
	[OUT_GOOD] = { "32", "38;5;64" },
	[OUT_WARNING] = { "1;35", "38;5;166" },
	[OUT_BAD] = { "1;31", "1;38;5;196" },
};

static void put_styled(enum out_style style, const char *text, size_t len)
{
	const char *code = coloured && len ? styles[style][rich] : NULL;

	if (code)
		printf("\033[%sm", code);
	fwrite(text, 1, len, stdout);
	if (code)
		fputs("\033[0m", stdout);
	cursor += columns_of(text, len);
}

static void put_blanks(size_t count)
{
	cursor += count;
	while (count--)
		putchar(' ');
}

static void start_line(size_t from)
{
	end_line();
	put_blanks(from);
}

/* How much of `text` fits, up to a blank if there is one; at least a word. */
static size_t line_length(const char *text, size_t room)
{
	size_t end = strlen(text), blank;

	if (columns_of(text, end) <= room)
		return end;
	for (blank = end = 0; text[end]; end++) {
		if (text[end] != ' ')
			continue;
		if (columns_of(text, end) > room)
			break;
		blank = end;
	}
	return blank ? blank : end;
}

/* Starts every line at column `from`. */
static void put_wrapped(enum out_style style, const char *text, size_t from)
{
	size_t room = from < width ? width - from : 1, len;

	for (;;) {
		len = line_length(text, room);
		put_styled(style, text, len);
		text += len;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		start_line(from);
	}
}

void out_line(enum out_style style, const char *format, ...)
{
	char *text CLEANUP_FREE = NULL, *shown CLEANUP_FREE = NULL;
	va_list arguments;
	size_t indent;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	shown = text ? escape_text(text) : NULL;
	if (!shown) {
		failed = true;
		return;
	}
	indent = strspn(shown, " ");
	put_blanks(indent);
	put_wrapped(style, shown + indent, indent);
	end_line();
}

static struct out_row *new_row(struct out_table *table)
{
	struct out_row *rows = alloc_room(table->rows, table->count,
					  &table->size, sizeof(*rows));

	if (!rows)
		return NULL;
	table->rows = rows;
	rows[table->count] = (struct out_row){ 0 };
	return &rows[table->count++];
}

void out_table_add(struct out_table *table, enum out_style style,
		   size_t columns, ...)
{
	struct out_row *row = new_row(table);
	const char *cell;
	va_list cells;

	if (!row) {
		table->failed = true;
		return;
	}
	va_start(cells, columns);
	for (size_t i = 0; i < columns && i < OUT_COLUMNS_MAX; i++) {
		cell = va_arg(cells, const char *);
		row->cells[i] = escape_text(cell ? cell : "");
		row->styles[i] = style;
		row->columns++;
		if (!row->cells[i])
			table->failed = true;
	}
	va_end(cells);
}

void out_table_style(struct out_table *table, size_t column,
		     enum out_style style)
{
	if (table->count && column < OUT_COLUMNS_MAX)
		table->rows[table->count - 1].styles[column] = style;
}

/*
 * The last cell of a row takes the rest of the line, so its width does not
 * count. Neither do cells that would leave too little.
 */
static void measure_columns(const struct out_table *table,
			    size_t widths[OUT_COLUMNS_MAX])
{
	for (size_t i = 0; i < table->count; i++) {
		const struct out_row *row = &table->rows[i];

		for (size_t k = 0; k + 1 < row->columns; k++) {
			size_t wide = columns_of(row->cells[k],
						 strlen(row->cells[k]));

			if (wide > widths[k] && wide <= width / 2)
				widths[k] = wide;
		}
	}
}

static size_t longest_word(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t columns = columns_of(text, len);

		if (columns > longest)
			longest = columns;
		text += len + (text[len] == ' ');
	}
	return longest;
}

/* Moves to column `from` of this line or of the next. */
static void go_to(size_t from)
{
	if (cursor && cursor + GAP > from)
		start_line(from);
	else
		put_blanks(from - cursor);
}

/* Below the second column if it does not fit beside the others. */
static void put_last(const struct out_row *row, size_t from, size_t second)
{
	size_t last = row->columns - 1;
	const char *cell = row->cells[last];

	if (last > 1 && from + longest_word(cell) > width) {
		from = second;
		start_line(from);
	} else {
		go_to(from);
	}
	put_wrapped(row->styles[last], cell, from);
}

static void put_row(const struct out_row *row,
		    const size_t widths[OUT_COLUMNS_MAX], size_t indent)
{
	size_t from = indent;

	for (size_t k = 0; k + 1 < row->columns; k++) {
		const char *cell = row->cells[k];

		if (*cell) {
			go_to(from);
			put_styled(row->styles[k], cell, strlen(cell));
		}
		from += widths[k] + GAP;
	}
	if (row->columns && *row->cells[row->columns - 1])
		put_last(row, from, indent + widths[0] + GAP);
	end_line();
}

void out_table_print(const struct out_table *table)
{
	size_t widths[OUT_COLUMNS_MAX] = { 0 };

	if (table->failed) {
		failed = true;
		return;
	}
	measure_columns(table, widths);
	for (size_t i = 0; i < table->count; i++)
		put_row(&table->rows[i], widths, table->indent);
}

void out_table_free(struct out_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		for (size_t k = 0; k < table->rows[i].columns; k++)
			free(table->rows[i].cells[k]);
	free(table->rows);
	*table = (struct out_table){ 0 };
}

void out_fail(void)
{
	failed = true;
}

int out_finish(struct err *err)
{
	if (failed)
		return err_set_no_memory(err);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return err_set_errno(err, errno, "write to standard output");
}
