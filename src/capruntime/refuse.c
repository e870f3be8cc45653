/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/refuse.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/fileio.h"
#include "base/report.h"
#include "base/time.h"

#define PROGRAM "capruntime"
/* Each byte of the message can need an escape of two. */
#define LOG_LINE_SIZE (256 + 2 * REPORT_SIZE)

/* The file to append to; NULL or "": none. */
static const char *log_file(const struct runtime_args *args)
{
	static const char file[] = "file:";
	const char *log = args->log;

	if (!log || args->dialect != RUNTIME_CRUN)
		return log;
	if (strncmp(log, "syslog:", strlen("syslog:")) == 0 ||
	    strncmp(log, "journald:", strlen("journald:")) == 0)
		return NULL;
	return strncmp(log, file, strlen(file)) == 0 ? log + strlen(file) : log;
}

static bool wants_json(const struct runtime_args *args)
{
	return args->log_format && strcmp(args->log_format, "json") == 0;
}

/* In the format of runc's log. */
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

/* O_NONBLOCK: a FIFO without a reader must not block. */
static void append_to_log(const char *path, const struct runtime_args *args,
			  const char *message)
{
	char line[LOG_LINE_SIZE];
	struct buf buf = BUF_FIXED(line);
	int directory CLEANUP_FD = AT_FDCWD;
	int fd CLEANUP_FD = -1;

	/* crun changes to the bundle before it opens its log. */
	if (args->dialect == RUNTIME_CRUN && args->bundle && *args->bundle)
		directory = fileio_open(AT_FDCWD, args->bundle,
					O_PATH | O_DIRECTORY, 0);
	fd = fileio_open(directory, path,
			 O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0644);
	if (fd < 0)
		return;
	add_log_line(&buf, message, wants_json(args));
	report_line(fd, &buf);
}

void refuse(const struct err *err, const struct runtime_args *args)
{
	char message[REPORT_SIZE];
	const char *log = log_file(args);

	report_message(message, PROGRAM, err);
	if (log && *log)
		append_to_log(log, args, message);
	report_failure(PROGRAM, err);
}
