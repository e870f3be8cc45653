/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/report.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/*
 * Escapes bytes above 0x7e, too: CRI-O and containerd require UTF-8, but a file
 * name can be invalid, and cutting a text can split a character.
 */
static void add_printable(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		char escape[8];

		if (byte >= 0x20 && byte < 0x7f) {
			buf_add(buf, text, 1);
			continue;
		}
		snprintf(escape, sizeof(escape), "\\x%02x", byte);
		buf_add_str(buf, escape);
	}
}

void report_message(char ret_message[REPORT_SIZE], const char *program,
		    const struct err *err)
{
	struct buf buf = { .text = ret_message,
			   .size = REPORT_SIZE,
			   .fixed = true };

	buf_add_str(&buf, program);
	buf_add_str(&buf, ": ");
	add_printable(&buf, err->text);
	buf_add(&buf, "", 1);
}

/* The process must end with its exit status, not by a signal. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void report_line(int fd, struct buf *line)
{
	ssize_t written;

	ignore_signals();
	buf_add_str(line, "\n");
	if (line->failed)
		return;
	written = write(fd, line->text, line->len);
	(void)written;
}

void report_failure(const char *program, const struct err *err)
{
	/* A newline in the place of the NUL. */
	char message[REPORT_SIZE], line[REPORT_SIZE];
	struct buf buf = BUF_FIXED(line);

	report_message(message, program, err);
	buf_add_str(&buf, message);
	report_line(STDERR_FILENO, &buf);
}
