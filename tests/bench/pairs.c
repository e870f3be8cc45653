/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: pairs ROUNDS -- PROGRAM [ARGUMENT...] -- PROGRAM [ARGUMENT...] ...
 * Runs the commands in turn, round after round, so that other load affects all
 * of them alike; "{}" in an argument is the round's number. Prints for each
 * command its median time in microseconds, and the median of its time divided by
 * the first command's in the same round.
 */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"

#define COMMANDS_MAX 8
#define ARGS_MAX 32
#define ARG_SIZE 4096

extern char **environ;

struct command {
	char *args[ARGS_MAX];
	double *times;
	double *ratios;
};

static void fail(const char *what)
{
	fprintf(stderr, "pairs: %s\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void fill_in(char target[ARG_SIZE], const char *arg, long round)
{
	const char *mark = strstr(arg, "{}");
	int len = mark ? snprintf(target, ARG_SIZE, "%.*s%ld%s",
				  (int)(mark - arg), arg, round, mark + 2)
		       : snprintf(target, ARG_SIZE, "%s", arg);

	if (len < 0 || len >= ARG_SIZE)
		fail("an argument is too long");
}

/* The time from the spawn to the exit, whatever the exit status is. */
static double run(const struct command *command, long round,
		  const posix_spawn_file_actions_t *actions)
{
	static char texts[ARGS_MAX][ARG_SIZE];
	char *args[ARGS_MAX] = { NULL };
	double start;
	pid_t pid;

	for (size_t i = 0; command->args[i]; i++) {
		fill_in(texts[i], command->args[i], round);
		args[i] = texts[i];
	}
	start = now();
	if (posix_spawn(&pid, args[0], actions, NULL, args, environ) != 0)
		fail(args[0]);
	if (waitpid(pid, NULL, 0) != pid)
		fail("waitpid");
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static size_t split(struct command *commands, char *argv[])
{
	size_t count = 0, args = 0;

	for (; *argv; argv++) {
		if (strcmp(*argv, "--") == 0) {
			if (++count > COMMANDS_MAX)
				fail("too many commands");
			args = 0;
			continue;
		}
		if (count == 0 || args + 1 >= ARGS_MAX)
			fail("usage: pairs ROUNDS -- COMMAND -- COMMAND ...");
		commands[count - 1].args[args++] = *argv;
	}
	return count;
}

int main(int argc, char *argv[])
{
	static struct command commands[COMMANDS_MAX];
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	size_t count = rounds > 0 ? split(commands, argv + 2) : 0;
	posix_spawn_file_actions_t actions;

	if (count == 0)
		fail("nothing to do");
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd <= 2; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null",
						 O_RDWR, 0);
	for (size_t i = 0; i < count; i++) {
		commands[i].times = calloc((size_t)rounds, sizeof(double));
		commands[i].ratios = calloc((size_t)rounds, sizeof(double));
		if (!commands[i].times || !commands[i].ratios)
			fail("out of memory");
	}

	/* Rotate the order, so that no command always has the warmer caches. */
	for (long round = 0; round < rounds; round++) {
		for (size_t turn = 0; turn < count; turn++) {
			size_t i = (turn + (size_t)round) % count;

			commands[i].times[round] =
				run(&commands[i], round, &actions);
		}
		for (size_t i = 0; i < count; i++)
			commands[i].ratios[round] = commands[i].times[round] /
						    commands[0].times[round];
	}
	for (size_t i = 0; i < count; i++)
		printf("%.0f %.2f\n", median(commands[i].times, (size_t)rounds),
		       median(commands[i].ratios, (size_t)rounds));
	return 0;
}
