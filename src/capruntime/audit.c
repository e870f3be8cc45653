/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/time.h"
#include "base/trust.h"

#define SOCKET "/dev/log"
#define PROGRAM "capruntime"

static bool is_trusted_log(const struct stat *st)
{
	struct err ignored;

	return S_ISREG(st->st_mode) &&
	       trust_check_stat(st, "the audit", &ignored) == 0;
}

/*
 * On a full disk a part of the line can be written. It is removed again, or the
 * next line would be appended to it and both would be lost.
 */
static void append_line(int fd, const char *line)
{
	ssize_t put = write(fd, line, strlen(line));
	struct stat st;
	int ignored;

	if (put <= 0 || (size_t)put == strlen(line) || fstat(fd, &st) < 0 ||
	    lseek(fd, 0, SEEK_CUR) != st.st_size)
		return;
	ignored = ftruncate(fd, st.st_size - put);
	(void)ignored;
}

/* Checked before it is opened: opening a FIFO wakes its reader. */
static void write_file(const char *path, const char *line)
{
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (stat(path, &st) == 0 ? !is_trusted_log(&st) : errno != ENOENT)
		return;
	fd = fileio_open(AT_FDCWD, path,
			 O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0600);
	if (fd < 0 || fstat(fd, &st) < 0 || !is_trusted_log(&st) ||
	    !fileio_has_room((uint64_t)st.st_size, strlen(line)))
		return;
	append_line(fd, line);
}

/* "<priority>Mmm dd hh:mm:ss tag: message", as syslog(3) writes it. */
static char *make_datagram(const char *line, bool warning)
{
	int priority = LOG_AUTHPRIV | (warning ? LOG_WARNING : LOG_NOTICE);
	time_t now = time(NULL);
	char when[32] = "";
	struct tm parts;

	if (localtime_r(&now, &parts))
		strftime(when, sizeof(when), "%b %e %H:%M:%S ", &parts);
	return alloc_text("<%d>%s%s[%d]: %.*s", priority, when, PROGRAM,
			  getpid(), (int)strlen(line) - 1, line);
}

static int open_socket(void)
{
	return fileio_raise(
		socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

static void send_datagram(const char *line, bool warning)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = SOCKET };
	char *datagram CLEANUP_FREE = make_datagram(line, warning);
	int fd CLEANUP_FD = open_socket();

	if (datagram && fd >= 0)
		sendto(fd, datagram, strlen(datagram),
		       MSG_DONTWAIT | MSG_NOSIGNAL,
		       (const struct sockaddr *)&address, sizeof(address));
}

void audit_write(const struct policy *policy, const struct audit_event *event)
{
	bool warning = event->outcome == AUDIT_REFUSED ||
		       event->outcome == AUDIT_WOULD_REFUSE ||
		       event->outcome == AUDIT_EXEC_UNTOUCHED;
	char *line CLEANUP_FREE = NULL;
	char now[TIME_RFC3339_SIZE];
	struct err ignored;

	if (policy->log == POLICY_LOG_NONE)
		return;
	time_rfc3339(now);
	if (audit_line_make(event, now, &line, &ignored) < 0)
		return;
	if (policy->log == POLICY_LOG_FILE)
		write_file(policy->log_file, line);
	else
		send_datagram(line, warning);
}
