/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: rounds SECONDS CONFIG -- PROGRAM [ARGUMENT...] -- PROGRAM ...
 * Runs the commands in turn, in a new random order in each round, so that other
 * load and warm caches affect all of them alike. Before each one, bundle/config.json
 * becomes a copy of CONFIG, without a record of capruntime, unless CONFIG is "-". All must end with the
 * same exit status. Prints for each command its number of rounds, and in
 * microseconds: the median, the first quartile, and how far the first quartiles of
 * the first and the second half of the rounds are apart.
 */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define ARGS_MAX 32
#define ROUNDS_MIN 12
#define ROUNDS_MAX 20000
#define BUFFER_SIZE 65536

extern char **environ;

struct command {
	char *args[ARGS_MAX];
	double times[ROUNDS_MAX];
};

static posix_spawn_file_actions_t actions;

static void fail(const char *what)
{
	fprintf(stderr, "rounds: %s\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void make_bundle(const char *config)
{
	static char buffer[BUFFER_SIZE];
	int from = open(config, O_RDONLY | O_CLOEXEC);
	int to = open("bundle/config.json",
		      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t len;

	if (from < 0 || to < 0)
		fail(config);
	while ((len = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)len) != len)
			fail("write bundle/config.json");
	close(from);
	close(to);
	unlink("bundle/.capruntime.json");
}

/* The time from the spawn to the exit. */
static double run(const struct command *command, int *ret_status)
{
	double start = now();
	pid_t pid;

	if (posix_spawn(&pid, command->args[0], &actions, NULL, command->args,
			environ) != 0)
		fail(command->args[0]);
	if (waitpid(pid, ret_status, 0) != pid)
		fail("waitpid");
	return now() - start;
}

static void shuffle(size_t *order, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = (size_t)rand() % i, last = order[i - 1];

		order[i - 1] = order[other];
		order[other] = last;
	}
}

static void run_round(struct command *commands, size_t count, size_t round,
		      const char *config)
{
	static size_t order[COMMANDS_MAX] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static int wanted = -1;
	int status;

	shuffle(order, count);
	for (size_t i = 0; i < count; i++) {
		struct command *command = &commands[order[i]];

		if (strcmp(config, "-") != 0)
			make_bundle(config);
		command->times[round] = run(command, &status);
		if (wanted < 0)
			wanted = status;
		if (status != wanted)
			fail("the exit statuses differ");
	}
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorts the values. */
static double first_quartile(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 4];
}

static void print(struct command *command, size_t rounds)
{
	size_t half = rounds / 2;
	double one = first_quartile(command->times, half);
	double two = first_quartile(command->times + half, half);
	double all = first_quartile(command->times, rounds);

	printf("%zu %.0f %.0f %.0f\n", rounds, command->times[half], all,
	       one > two ? one - two : two - one);
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
			fail("a command has too many arguments");
		commands[count - 1].args[args++] = *argv;
	}
	return count;
}

int main(int argc, char *argv[])
{
	static struct command commands[COMMANDS_MAX];
	size_t count = argc > 3 ? split(commands, argv + 3) : 0, rounds = 0;
	double end = now() + 1e6 * (count ? strtod(argv[1], NULL) : 0);

	if (!count)
		fail("usage: rounds SECONDS CONFIG -- COMMAND -- COMMAND ...");
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd <= 2; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null",
						 O_RDWR, 0);
	while (rounds < ROUNDS_MAX && (rounds < ROUNDS_MIN || now() < end))
		run_round(commands, count, rounds++, argv[2]);
	for (size_t i = 0; i < count; i++)
		print(&commands[i], rounds);
	return 0;
}
