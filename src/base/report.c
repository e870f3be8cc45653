/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/report.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/fileio.h"
#include "base/time.h"

#define PROGRAM "capruntime"

static void write_line(int fd, struct buf *buf)
{
	char *line CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;
	ssize_t put;

	buf_add_str(buf, "\n");
	if (buf_take(buf, &line, &len, &ignored) < 0)
		return;
	put = write(fd, line, len);
	(void)put;
}

/*
 * Bytes over 0x7e too: CRI-O's and containerd's messages must be UTF-8, which
 * the name of a file need not be, and a cut can part a character.
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

/* In the forms of runc's own log. */
static void add_log_line(struct buf *buf, const char *message, bool json)
{
	char when[TIME_RFC3339_SIZE];

	time_rfc3339(when);
	if (json) {
		buf_add_str(buf, "{\"level\":\"error\",\"msg\":");
		buf_add_json(buf, message);
		buf_add_str(buf, ",\"time\":\"");
		buf_add_str(buf, when);
		buf_add_str(buf, "\"}");
	} else {
		buf_add_str(buf, "time=\"");
		buf_add_str(buf, when);
		buf_add_str(buf, "\" level=error msg=");
		buf_add_json(buf, message);
	}
}

/* O_NONBLOCK: a FIFO that nobody reads must not hold us up. */
static void report_to_log(const char *message, const char *path, bool json)
{
	struct buf buf CLEANUP_BUF = { 0 };
	int fd CLEANUP_FD =
		fileio_open(AT_FDCWD, path,
			    O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0644);

	if (fd < 0)
		return;
	add_log_line(&buf, message, json);
	write_line(fd, &buf);
}

/* "PROGRAM: message"; NULL: out of memory. */
static char *make_message(const char *program, const struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text;
	struct err ignored;

	buf_add_str(&buf, program);
	buf_add_str(&buf, ": ");
	add_printable(&buf, err->text);
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}

static void report_to_stderr(const char *message)
{
	struct buf line CLEANUP_BUF = { 0 };

	buf_add_str(&line, message);
	write_line(STDERR_FILENO, &line);
}

/* Who read this may be gone, and the file full: an exit status, no signal. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void report_failure(const char *program, const struct err *err)
{
	char *message CLEANUP_FREE = make_message(program, err);

	ignore_signals();
	if (message)
		report_to_stderr(message);
}

void report_refusal(const struct err *err, const char *log_path, bool json)
{
	char *message CLEANUP_FREE = make_message(PROGRAM, err);

	ignore_signals();
	if (!message)
		return;
	if (log_path && *log_path)
		report_to_log(message, log_path, json);
	report_to_stderr(message);
}
