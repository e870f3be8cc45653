/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: files_only PROGRAM create --bundle BUNDLE ID
 * The least that a create with a rule can cost: the system calls without which it
 * cannot be done, in the order in which capruntime makes them, and no decision.
 * Reads the policy and config.json, writes the record and config.json back, sends
 * the audit line, and executes the program. Linked as capruntime is.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define RECORD_SIZE 2106
#define LINE_SIZE 729

static char text[65536];

static ssize_t read_file(int directory, const char *name, int *ret_fd)
{
	struct stat st;

	*ret_fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0 || fstat(*ret_fd, &st) < 0)
		exit(126);
	return read(*ret_fd, text, sizeof(text));
}

static void write_file(int directory, const char *name, mode_t mode, size_t len)
{
	struct iovec piece = { .iov_base = text, .iov_len = len };
	int fd = openat(directory, ".new",
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (writev(fd, &piece, 1) != (ssize_t)len || fchmod(fd, mode) < 0 ||
	    renameat(directory, ".new", directory, name) < 0)
		exit(126);
	close(fd);
}

static void send_line(void)
{
	const struct sockaddr_un log = { .sun_family = AF_UNIX,
					 .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* There may be no log. */
	(void)!sendto(fd, text, LINE_SIZE, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&log, sizeof(log));
	close(fd);
}

int main(int argc, char *argv[])
{
	const char *policy = getenv("CAPRUNTIME_POLICY");
	int bundle, fd;
	ssize_t len;

	if (argc < 5 || !policy)
		return 127;
	read_file(AT_FDCWD, policy, &fd);
	close(fd);
	bundle = open(argv[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (flock(bundle, LOCK_EX | LOCK_NB) < 0)
		return 126;
	len = read_file(bundle, "config.json", &fd);
	write_file(bundle, ".capruntime.json", 0600, RECORD_SIZE);
	write_file(bundle, "config.json", 0644, (size_t)len);
	send_line();
	close(fd);
	execv(argv[1], argv + 1);
	return 127;
}
