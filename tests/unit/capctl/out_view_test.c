/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/out_view.h"

#include <stdio.h>
#include <string.h>

#include "capctl/out.h"
#include "tap.h"
#include "terminal.h"

#define WIDE 100
/* A terminal that becomes narrower wraps what it shows. */
#define NARROW 20

/* Of 3 and 60 columns, and a row of a table: 12. */
static void draw(void)
{
	struct out_table table CLEANUP_TABLE = { 0 };
	size_t width, lines;

	out_view_begin(&width, &lines);
	out_line(OUT_BAD, "  a");
	out_line(OUT_PLAIN, "%060d", 0);
	out_table_add(&table, OUT_GOOD, 3, "\xc3\xa9\xc3\xa9", "", "three3");
	out_table_print(&table);
	out_view_end();
}

/* What is written on the terminal, up to the end of `mark`. The caller frees. */
static char *read_to(int terminal, const char *mark)
{
	char *text = calloc(1, 4096);
	size_t len = 0;
	ssize_t more;

	while (text && !strstr(text, mark) && len < 4095) {
		more = read(terminal, text + len, 1);
		if (more <= 0)
			break;
		len += (size_t)more;
	}
	return text;
}

/*
 * What begins a draw after one on a terminal of WIDE columns. The caller frees;
 * NULL: no terminal.
 */
static char *draw_again(unsigned short columns, void (*again)(void))
{
	int terminal CLEANUP_FD = terminal_open(WIDE);
	int own CLEANUP_FD = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	char *wrote;

	if (terminal < 0 || !terminal_use(terminal))
		return NULL;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	out_init();
	draw();
	alarm(60); /* rather than waiting forever for what is not written */
	free(read_to(terminal, "three3\033[0m\r\n"));
	terminal_resize(terminal, columns);
	again();
	wrote = read_to(terminal, "\033[J");
	alarm(0);
	out_view_erase();
	dup2(own, STDOUT_FILENO);
	return wrote;
}

static void check_begins(unsigned short columns, void (*again)(void),
			 const char *want)
{
	char *wrote CLEANUP_FREE = draw_again(columns, again);

	CHECK_STR(wrote, want);
}

static void a_draw_erases_the_lines_of_the_one_before(void)
{
	check_begins(WIDE, draw, "\r\033[3A\033[J");
	check_begins(WIDE, out_view_erase, "\r\033[3A\033[J");
}

static void lines_that_a_narrower_terminal_wraps_are_erased_whole(void)
{
	check_begins(NARROW, draw, "\r\033[5A\033[J");
	check_begins(NARROW, out_view_erase, "\r\033[5A\033[J");
	check_begins(11, draw, "\r\033[9A\033[J");
	check_begins(1, out_view_erase, "\r\033[75A\033[J");
}

static void a_wider_terminal_changes_nothing(void)
{
	check_begins(200, draw, "\r\033[3A\033[J");
}

/* A terminal that does not tell its size. */
static void without_a_width_each_line_is_a_row(void)
{
	check_begins(0, draw, "\r\033[3A\033[J");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_draw_erases_the_lines_of_the_one_before),
	TAP_TEST(lines_that_a_narrower_terminal_wraps_are_erased_whole),
	TAP_TEST(a_wider_terminal_changes_nothing),
	TAP_TEST(without_a_width_each_line_is_a_row),
};

TAP_MAIN(tests)
