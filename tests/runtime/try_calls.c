/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: try_calls <CALLS
 * Runs in a container: makes each system call of the list in a new process, and
 * prints the line with the result: "errno N" if N comes from the filter (from
 * 3000 on) or means that the call does not exist, "killed" for the filter's
 * signal, else "open". A line is NAME NUMBER and six arguments.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS_MAX 2048
#define FILTERED 3000

struct call {
	char name[64];
	long nr;
	unsigned long long args[6];
};

static struct call calls[CALLS_MAX];

static int read_call(struct call *call)
{
	unsigned long long *args = call->args;

	return scanf("%63s %ld %lli %lli %lli %lli %lli %lli", call->name,
		     &call->nr, (long long *)&args[0], (long long *)&args[1],
		     (long long *)&args[2], (long long *)&args[3],
		     (long long *)&args[4], (long long *)&args[5]) == 8;
}

/* A call that does not return was not filtered. */
static int try_call(const struct call *call, volatile int *result)
{
	const unsigned long long *args = call->args;
	int status = 0;
	pid_t child;

	*result = 0;
	child = fork();
	if (child == 0) {
		errno = 0;
		syscall(call->nr, args[0], args[1], args[2], args[3], args[4],
			args[5]);
		*result = errno;
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		_exit(2);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

int main(void)
{
	volatile int *result =
		mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t count = 0;

	if (result == MAP_FAILED)
		return 2;
	while (count < CALLS_MAX && read_call(&calls[count]))
		count++;
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < count; i++) {
		int killed = try_call(&calls[i], result);

		printf("%s %ld %#llx %#llx %#llx ", calls[i].name, calls[i].nr,
		       calls[i].args[0], calls[i].args[1], calls[i].args[2]);
		if (killed)
			printf("killed\n");
		else if (*result >= FILTERED || *result == ENOSYS)
			printf("errno %d\n", *result);
		else
			printf("open\n");
	}
	return 0;
}
