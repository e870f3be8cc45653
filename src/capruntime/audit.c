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

/*
 * On a full disk a part of the line can be written. It is removed again, or the
 * next line would be appended to it and both would be lost.
 */
static bool append_line(int fd, const char *line)
{
	ssize_t put = write(fd, line, strlen(line));
	struct stat st;
	int ignored;

	if (put > 0 && (size_t)put == strlen(line))
		return true;
	if (put > 0 && fstat(fd, &st) == 0 &&
	    lseek(fd, 0, SEEK_CUR) == st.st_size) {
		ignored = ftruncate(fd, st.st_size - put);
		(void)ignored;
	}
	return false;
}

static bool write_file(const char *path, const char *line)
{
	int fd CLEANUP_FD = -1;
	struct err ignored;
	struct stat st;

	return trust_open_log(path, &fd, &ignored) == 0 &&
	       fstat(fd, &st) == 0 &&
	       fileio_has_room((uint64_t)st.st_size, strlen(line)) &&
	       append_line(fd, line);
}

/*
 * "<priority>tag: message". RFC 3164 4.3.2 lets the receiver add the time; the
 * line has its own. Local time would open the file that $TZ names.
 */
static char *make_datagram(const char *line, bool warning)
{
	int priority = LOG_AUTHPRIV | (warning ? LOG_WARNING : LOG_NOTICE);

	return alloc_text("<%d>%s[%d]: %.*s", priority, PROGRAM, getpid(),
			  (int)strlen(line) - 1, line);
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
		       event->outcome == AUDIT_EXEC_UNTOUCHED ||
		       event->outcome == AUDIT_EXEC_REFUSED;
	char *line CLEANUP_FREE = NULL;
	char now[TIME_RFC3339_SIZE];
	struct err ignored;

	if (policy->log == POLICY_LOG_NONE)
		return;
	time_rfc3339(now);
	if (audit_line_make(event, now, &line, &ignored) < 0)
		return;
	if (policy->log != POLICY_LOG_FILE ||
	    !write_file(policy->log_file, line))
		send_datagram(line, warning);
}
