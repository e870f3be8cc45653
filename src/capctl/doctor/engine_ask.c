/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/engine_ask.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define SPAWN_FAILED 127
#define TICK_NS (10 * 1000 * 1000)

/* One of the program's outputs. */
struct stream {
	int fd; /* -1: at its end */
	char *text;
	size_t len;
	size_t max;
	bool is_cut;
};

/* Of standard output and standard error. */
struct streams {
	struct stream of[2];
};

#define CLEANUP_STREAMS __attribute__((cleanup(streams_free)))

static void streams_free(struct streams *streams)
{
	for (int i = 0; i < 2; i++) {
		cleanup_fd(&streams->of[i].fd);
		free(streams->of[i].text);
	}
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int open_stream(struct stream *stream, size_t max, int *ret_writer,
		       struct err *err)
{
	int ends[2];

	stream->max = max;
	stream->text = calloc(1, max + 1);
	if (!stream->text)
		return err_set_no_memory(err);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "pipe");
	stream->fd = ends[0];
	*ret_writer = ends[1];
	return 0;
}

/* What exceeds the limit is read and dropped, so that the program can end. */
static void read_stream(struct stream *stream)
{
	char rest[4096];
	size_t room = stream->max - stream->len;
	ssize_t len = room ? read(stream->fd, stream->text + stream->len, room)
			   : read(stream->fd, rest, sizeof(rest));

	if (len < 0 && errno == EINTR)
		return;
	if (len <= 0) {
		close(stream->fd);
		stream->fd = -1;
	} else if (room) {
		stream->len += (size_t)len;
	} else {
		stream->is_cut = true;
	}
}

/* Until both are at their end. false: not in time. */
static bool read_streams(struct streams *streams, int64_t end)
{
	struct stream *of = streams->of;

	while (of[0].fd >= 0 || of[1].fd >= 0) {
		struct pollfd fds[2];
		int64_t left = end - now_ms();

		if (left <= 0 || of[0].is_cut)
			return false;
		for (int i = 0; i < 2; i++)
			fds[i] = (struct pollfd){ of[i].fd, POLLIN, 0 };
		if (poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left) <= 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (fds[i].revents)
				read_stream(&of[i]);
	}
	return true;
}

/* It may have closed its outputs, and live on. */
static int wait_for(pid_t pid, bool read_all, int64_t end)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };
	int status;
	pid_t ended = 0;

	while (read_all && now_ms() < end && !ended) {
		ended = waitpid(pid, &status, WNOHANG);
		if (!ended)
			nanosleep(&tick, NULL);
	}
	if (ended == pid)
		return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return -1;
}

/* In a process group, so that its children can be killed with it. */
static int spawn_program(char *const argv[], const int writers[2],
			 pid_t *ret_pid)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = { path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int number;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&actions);
	number = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
						  "/dev/null", O_RDONLY, 0);
	/* Standard output and standard error. */
	for (int i = 0; i < 2 && !number; i++)
		number = posix_spawn_file_actions_adddup2(&actions, writers[i],
							  i + 1);
	if (!number)
		number = posix_spawn(ret_pid, argv[0], &actions, &attributes,
				     argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return number;
}

static int start_program(char *const argv[], struct streams *streams,
			 pid_t *ret_pid, struct err *err)
{
	int output CLEANUP_FD = -1, errors CLEANUP_FD = -1, number;

	if (open_stream(&streams->of[0], ENGINE_ASK_OUTPUT_MAX, &output, err) <
		    0 ||
	    open_stream(&streams->of[1], ENGINE_ASK_ERRORS_MAX, &errors, err) <
		    0)
		return -1;
	number = spawn_program(argv, (const int[]){ output, errors }, ret_pid);
	if (number)
		return err_set_errno(err, number, "run '%s'", argv[0]);
	return 0;
}

int engine_ask(char *const argv[], int limit, struct engine_answer *ret_answer,
	       struct err *err)
{
	struct streams streams CLEANUP_STREAMS = { { { .fd = -1 },
						     { .fd = -1 } } };
	int64_t end = now_ms() + limit;
	bool read_all;
	int status;
	pid_t pid;

	if (start_program(argv, &streams, &pid, err) < 0)
		return -1;
	read_all = read_streams(&streams, end);
	status = wait_for(pid, read_all, end);
	/* posix_spawn(3) can report a failed execve(2) in this way alone. */
	if (status == SPAWN_FAILED && !streams.of[0].len && !streams.of[1].len)
		return err_set(err, "run '%s': it does not start", argv[0]);
	*ret_answer = (struct engine_answer){
		.status = status,
		.output = TAKE_PTR(streams.of[0].text),
		.output_len = streams.of[0].len,
		.errors = TAKE_PTR(streams.of[1].text),
	};
	return 0;
}

void engine_answer_free(struct engine_answer *answer)
{
	free(answer->output);
	free(answer->errors);
}

const char *engine_answer_last_error(struct engine_answer *answer)
{
	size_t len = strlen(answer->errors);
	const char *newline;

	while (len && answer->errors[len - 1] == '\n')
		answer->errors[--len] = '\0';
	newline = strrchr(answer->errors, '\n');
	return newline ? newline + 1 : answer->errors;
}
