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

char *report_message(const char *program, const struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text;
	struct err ignored;

	buf_add_str(&buf, program);
	buf_add_str(&buf, ": ");
	add_printable(&buf, err->text);
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}

/* The process must end with its exit status, not by a signal. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void report_line(int fd, const char *line)
{
	struct buf buf CLEANUP_BUF = { 0 };
	ssize_t written;

	ignore_signals();
	buf_add_str(&buf, line);
	buf_add_str(&buf, "\n");
	if (buf.failed)
		return;
	written = write(fd, buf.text, buf.len);
	(void)written;
}

void report_failure(const char *program, const struct err *err)
{
	char *message CLEANUP_FREE = report_message(program, err);

	if (message)
		report_line(STDERR_FILENO, message);
}
