/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/out_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capctl/out.h"

#define USUAL_LINES 24
#define FEWEST 3
#define LINES_MAX 256

static size_t shown; /* lines */
static size_t columns[LINES_MAX]; /* of the first ones */

bool out_view_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static struct winsize measure(void)
{
	struct winsize size = { 0 }; /* a terminal that does not tell */

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	return size;
}

/* A terminal that was made narrower has wrapped the lines that it shows. */
static size_t count_rows(size_t width)
{
	size_t rows = shown;

	for (size_t i = 0; width && i < shown && i < LINES_MAX; i++)
		rows += columns[i] ? (columns[i] - 1) / width : 0;
	return rows;
}

/* ECMA-48: cursor up (CUU), erase to the end of the page (ED). */
static void erase(size_t width)
{
	if (shown)
		printf("\r\033[%zuA\033[J", count_rows(width));
	shown = 0;
}

static void add_line(size_t width)
{
	if (shown < LINES_MAX)
		columns[shown] = width;
	shown++;
}

void out_view_begin(size_t *ret_width, size_t *ret_lines)
{
	struct winsize size = measure();
	size_t lines = size.ws_row ? size.ws_row : USUAL_LINES;

	*ret_lines = lines > FEWEST ? lines - 1 : FEWEST;
	*ret_width = out_measure();
	erase(size.ws_col);
	out_watch(add_line);
}

void out_view_end(void)
{
	out_watch(NULL);
	fflush(stdout);
}

void out_view_erase(void)
{
	erase(measure().ws_col);
	fflush(stdout);
}
