/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: counts PROGRAM [ARGUMENT...]
 * Traces the program up to the execve of another one. Prints the number of its
 * system calls, that execve included, of its page faults, and its peak memory in
 * kB.
 */
#include "config.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define TEXT_SIZE 8192

static void fail(const char *what)
{
	fprintf(stderr, "counts: %s\n", what);
	exit(1);
}

static void read_proc(pid_t pid, const char *name, char text[TEXT_SIZE])
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, TEXT_SIZE - 1);
	if (len < 0)
		fail(path);
	text[len] = '\0';
	close(fd);
}

static long number_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

/* minflt is the tenth field of /proc/PID/stat, the eighth after the name. */
static long page_faults(pid_t pid)
{
	char text[TEXT_SIZE], *at;

	read_proc(pid, "stat", text);
	at = strrchr(text, ')');
	for (int i = 0; i < 8 && at; i++)
		at = strchr(at + 1, ' ');
	return at ? strtol(at, NULL, 10) : 0;
}

/* The kernel's peak lags behind by some pages, what is mapped now does not. */
static long peak_memory(pid_t pid)
{
	char text[TEXT_SIZE];
	long peak, now;

	read_proc(pid, "status", text);
	peak = number_after(text, "VmHWM:");
	read_proc(pid, "smaps_rollup", text);
	now = number_after(text, "\nRss:");
	return peak > now ? peak : now;
}

static pid_t start(char *argv[])
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execv(argv[0], argv);
	_exit(127);
}

/* Continues up to the next system call, and returns its number. */
static uint64_t run_to_call(pid_t pid)
{
	struct __ptrace_syscall_info info;
	uintptr_t size = sizeof(info);
	int status;

	do {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			fail("the program executed nothing");
		if (WSTOPSIG(status) != SYSCALL_STOP)
			fail("the program received a signal");
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)size, &info) <=
		    0)
			fail("PTRACE_GET_SYSCALL_INFO");
	} while (info.op != PTRACE_SYSCALL_INFO_ENTRY);
	return info.entry.nr;
}

int main(int argc, char *argv[])
{
	uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	long calls = 1, faults;
	int status;
	pid_t pid;

	if (argc < 2)
		fail("usage: counts PROGRAM [ARGUMENT...]");
	pid = start(argv + 1);
	/* It stops after its own execve. */
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options) < 0)
		fail(argv[1]);
	faults = page_faults(pid);
	while (run_to_call(pid) != SYS_execve)
		calls++;
	printf("%ld %ld %ld\n", calls, page_faults(pid) - faults,
	       peak_memory(pid));
	return 0;
}
