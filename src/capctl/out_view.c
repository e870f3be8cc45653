/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/out_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capctl/out.h"

#define USUAL_LINES 24 /* of a terminal that does not tell */
#define FEWEST 3

static size_t shown; /* lines */

bool out_view_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

/* ECMA-48: cursor up (CUU), erase to the end of the page (ED). */
static void erase(void)
{
	if (shown)
		printf("\r\033[%zuA\033[J", shown);
	shown = 0;
}

void out_view_begin(size_t *ret_width, size_t *ret_lines)
{
	struct winsize size;
	size_t lines = USUAL_LINES;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row)
		lines = size.ws_row;
	*ret_lines = lines > FEWEST ? lines - 1 : FEWEST;
	*ret_width = out_measure();
	erase();
	shown = out_lines();
}

void out_view_end(void)
{
	shown = out_lines() - shown;
	fflush(stdout);
}

void out_view_erase(void)
{
	erase();
	fflush(stdout);
}
