/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/child.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define TICK_MS 10

char child_path_entry[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

int64_t child_time(int ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
}

static int open_stream(struct child_stream *stream, size_t max, int *ret_writer,
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

static int open_input(struct child *child, bool has_input, int *ret_reader,
		      struct err *err)
{
	int ends[2];

	if (!has_input) {
		*ret_reader = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return *ret_reader < 0 ? err_set_errno(err, errno, "/dev/null")
				       : 0;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "pipe");
	*ret_reader = ends[0];
	child->input = ends[1];
	return 0;
}

/* What exceeds the limit is read and dropped, so that the program can end. */
static void read_stream(struct child_stream *stream)
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

static bool has_read(const struct child *child, enum child_until until)
{
	const struct child_stream *output = &child->streams[CHILD_OUTPUT];

	if (until == CHILD_FIRST_LINE && strchr(output->text, '\n'))
		return true;
	return output->fd < 0 && child->streams[CHILD_ERRORS].fd < 0;
}

bool child_read(struct child *child, enum child_until until, int64_t end)
{
	struct child_stream *streams = child->streams;

	while (!has_read(child, until)) {
		struct pollfd fds[CHILD_STREAM_COUNT + 1];
		int64_t left = end - child_time(0);

		if (left <= 0 || streams[CHILD_OUTPUT].is_cut)
			return false;
		for (int i = 0; i < CHILD_STREAM_COUNT; i++)
			fds[i] = (struct pollfd){ streams[i].fd, POLLIN, 0 };
		fds[CHILD_STREAM_COUNT] =
			(struct pollfd){ child->interrupt, POLLIN, 0 };
		if (poll(fds, ARRAY_LEN(fds),
			 left > INT_MAX ? INT_MAX : (int)left) <= 0)
			continue;
		if (fds[CHILD_STREAM_COUNT].revents)
			return false;
		for (int i = 0; i < CHILD_STREAM_COUNT; i++)
			if (fds[i].revents)
				read_stream(&streams[i]);
	}
	return true;
}

/* In a process group, so that its children can be killed with it. */
static int spawn_program(const struct child_program *program, const int ends[3],
			 pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int number = 0;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3 && !number; i++)
		number = posix_spawn_file_actions_adddup2(&actions, ends[i], i);
	if (!number)
		number = posix_spawn(ret_pid, program->path, &actions,
				     &attributes, program->argv,
				     program->environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return number;
}

/* Standard input, standard output and standard error are `ends`. */
static int begin_child(struct child *child, const struct child_program *program,
		       const int ends[3], struct err *err)
{
	int number = spawn_program(program, ends, &child->pid);

	if (number) {
		child->pid = 0;
		return err_set_errno(err, number, "run '%s'", program->path);
	}
	return 0;
}

int child_start_with(struct child *ret_child,
		     const struct child_program *program, const int ends[3],
		     struct err *err)
{
	*ret_child = (struct child)CHILD_INIT;
	ret_child->interrupt = program->interrupt;
	return begin_child(ret_child, program, ends, err);
}

int child_start(struct child *ret_child, const struct child_program *program,
		struct err *err)
{
	int input CLEANUP_FD = -1, output CLEANUP_FD = -1,
		  errors CLEANUP_FD = -1;
	struct child *child = ret_child;

	*child = (struct child)CHILD_INIT;
	child->interrupt = program->interrupt;
	if (open_input(child, program->has_input, &input, err) < 0 ||
	    open_stream(&child->streams[CHILD_OUTPUT], program->output_max,
			&output, err) < 0 ||
	    open_stream(&child->streams[CHILD_ERRORS], program->errors_max,
			&errors, err) < 0)
		return -1;
	return begin_child(child, program,
			   (const int[]){ input, output, errors }, err);
}

void child_close_input(struct child *child)
{
	cleanup_fd(&child->input);
	child->input = -1;
}

static int kill_child(struct child *child)
{
	int status;

	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	return -1;
}

int child_wait(struct child *child, int64_t end)
{
	struct pollfd interrupt = { child->interrupt, POLLIN, 0 };
	int status;

	while (child_time(0) < end) {
		if (waitpid(child->pid, &status, WNOHANG) == child->pid) {
			child->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		if (poll(&interrupt, 1, TICK_MS) > 0)
			break;
	}
	return kill_child(child);
}

void child_free(struct child *child)
{
	child_close_input(child);
	if (child->pid)
		kill_child(child);
	for (int i = 0; i < CHILD_STREAM_COUNT; i++) {
		cleanup_fd(&child->streams[i].fd);
		free(child->streams[i].text);
	}
	*child = (struct child)CHILD_INIT;
}

const char *child_last_line(char *text)
{
	size_t len = strlen(text);
	const char *newline;

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	newline = strrchr(text, '\n');
	return newline ? newline + 1 : text;
}
