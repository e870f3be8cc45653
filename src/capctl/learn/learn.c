/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/learn.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fileio.h"
#include "base/pieces.h"
#include "capctl/learn/options.h"
#include "capctl/learn/recorder.h"
#include "capctl/learn/rule.h"
#include "capctl/verb.h"

#define TICK_NS (50 * 1000 * 1000)

struct learn_options {
	const char *seconds_text, *pid_text, *user_text, *rule;
	const char *id, *root;
	uint32_t seconds; /* 0: until it ends */
	int32_t pid; /* 0: a command */
	struct target_user user;
	char **command;
	bool json;
};

static int check_target(const struct learn_options *options, const char *verb,
			struct err *err)
{
	bool is_command = options->command[0] != NULL;
	int count = is_command + (options->pid_text != NULL) +
		    (options->id != NULL);

	if (count > 1)
		return verb_misuse(
			err, verb,
			"a command, '--pid' and '--id' exclude each other");
	if (!count)
		return verb_misuse(err, verb,
				   "a command, '--pid' or '--id' is needed");
	if (options->user_text && !is_command)
		return verb_misuse(err, verb, "'--user' is for a command");
	if (options->root && !options->id)
		return verb_misuse(err, verb, "'--root' is for '--id'");
	return 0;
}

static int read_values(struct learn_options *options, const char *verb,
		       struct err *err)
{
	struct target_user *user = &options->user;

	if (options->seconds_text &&
	    !learn_seconds_parse(options->seconds_text, &options->seconds))
		return verb_misuse(
			err, verb,
			"'%s' is no time from 1s to 168h: for example 30s or 5m",
			options->seconds_text);
	if (options->pid_text &&
	    !learn_pid_parse(options->pid_text, &options->pid))
		return verb_misuse(err, verb, "'%s' is not a PID",
				   options->pid_text);
	user->is_set = options->user_text != NULL;
	if (user->is_set &&
	    !learn_user_parse(options->user_text, &user->uid, &user->gid))
		return verb_misuse(err, verb, "'%s' is not UID or UID:GID",
				   options->user_text);
	return check_target(options, verb, err);
}

static int parse_learn(int argc, char **argv, struct learn_options *ret_options,
		       struct err *err)
{
	const struct verb_option options[] = {
		{ "for", NULL, &ret_options->seconds_text },
		{ "pid", NULL, &ret_options->pid_text },
		{ "id", NULL, &ret_options->id },
		{ "root", NULL, &ret_options->root },
		{ "user", NULL, &ret_options->user_text },
		{ "rule", NULL, &ret_options->rule },
		{ "json", &ret_options->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return -1;
	ret_options->command = argv + first;
	return read_values(ret_options, argv[0], err);
}

/*
 * Signals that end us end the recording instead, so that nothing is left in
 * tracefs; SIGCHLD wakes us up.
 */
static void block_signals(sigset_t *ret_set)
{
	static const int numbers[] = { SIGINT,	SIGTERM, SIGHUP,
				       SIGQUIT, SIGCHLD, SIGPIPE };

	sigemptyset(ret_set);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		sigaddset(ret_set, numbers[i]);
	sigprocmask(SIG_BLOCK, ret_set, NULL);
}

/* Waits for a moment. true: a signal says that it is enough. */
static bool was_interrupted(const sigset_t *signals)
{
	static const struct timespec tick = { .tv_nsec = TICK_NS };
	int number = sigtimedwait(signals, NULL, &tick);

	return number > 0 && number != SIGCHLD && number != SIGPIPE;
}

static int64_t learn_seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/*
 * Until the process ends, the time is over, or a signal comes. `container`
 * NULL: no other process than the target's is added.
 */
static int record_target(struct learned *learned, struct recorder *recorder,
			 const struct learn_container *container,
			 uint32_t seconds, const sigset_t *signals,
			 struct err *err)
{
	int64_t end = learn_seconds_now() + seconds;

	while (!target_is_over(&learned->target)) {
		if (recorder_read(recorder, false, &learned->tally, err) < 0)
			return -1;
		if (container && target_attach_others(container, recorder,
						      &learned->tally, err) < 0)
			return -1;
		if (was_interrupted(signals) ||
		    (seconds && learn_seconds_now() >= end))
			break;
	}
	if (recorder_read(recorder, true, &learned->tally, err) < 0)
		return -1;
	learn_tally_end(&learned->tally);
	return recorder_lost(recorder, &learned->lost, err);
}

static int begin_target(struct learned *learned,
			const struct learn_options *options,
			const struct learn_container *container,
			struct recorder *recorder, struct err *err)
{
	struct target *target = &learned->target;
	struct learn_tally *tally = &learned->tally;

	if (options->id)
		return target_attach_container(target, container, recorder,
					       tally, err);
	if (options->pid)
		return target_attach(target, options->pid, recorder, tally,
				     err);
	return target_start(target, options->command, &options->user, recorder,
			    tally, err);
}

static int watch_target(struct learned *learned,
			const struct learn_options *options,
			const sigset_t *signals, struct err *err)
{
	struct learn_container container CLEANUP_LEARN_CONTAINER = { 0 };
	struct recorder *recorder CLEANUP_RECORDER = NULL;
	int result;

	if (options->id && learn_container_find(&container, options->root,
						options->id, err) < 0)
		return -1;
	recorder = recorder_open(err);
	if (!recorder)
		return -1;
	learned->source = recorder_source(recorder);
	result = begin_target(learned, options, &container, recorder, err);
	if (result == 0)
		result = record_target(learned, recorder,
				       options->id ? &container : NULL,
				       options->seconds, signals, err);
	target_stop(&learned->target);
	learned->lost += learned->tally.unanswered;
	return result;
}

/* Before the recording, which can take long. -1 as a descriptor: no file. */
static int open_rule(const char *path, int *ret_fd, struct err *err)
{
	*ret_fd = path ? fileio_open(AT_FDCWD, path,
				     O_WRONLY | O_CREAT | O_EXCL, 0644)
		       : -1;
	if (path && *ret_fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	return 0;
}

static int write_rule(const struct learned *learned, int fd, const char *path,
		      struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (learn_rule_make(&learned->tally, &text, &len, err) < 0)
		return -1;
	if (fileio_write(fd, PIECES_OF(text, len)) < 0)
		return err_set_errno(err, errno, "'%s'", path);
	return 0;
}

/* Without a whole result, or without a need, there is no rule. */
static int finish_rule(const struct learned *learned, int fd, const char *path,
		       bool whole, struct err *err)
{
	bool wanted = whole && learn_tally_needs(&learned->tally);
	int result = wanted ? write_rule(learned, fd, path, err) : 0;

	if (!wanted || result < 0)
		unlink(path);
	return result;
}

static enum verb_status learn_status(const struct learned *learned)
{
	if (learned->lost)
		return VERB_ERROR;
	return learn_tally_lacks(&learned->tally) ? VERB_FINDINGS : VERB_GOOD;
}

static enum verb_status learn_run(struct learned *learned,
				  const struct learn_options *options,
				  struct err *err)
{
	int rule CLEANUP_FD = -1;
	sigset_t signals;
	int result;

	block_signals(&signals);
	if (open_rule(options->rule, &rule, err) < 0)
		return VERB_ERROR;
	result = watch_target(learned, options, &signals, err);
	if (rule >= 0 && finish_rule(learned, rule, options->rule,
				     result == 0 && !learned->lost, err) < 0)
		result = -1;
	if (result < 0)
		return VERB_ERROR;
	(options->json ? learn_print_json : learn_print)(learned);
	return learn_status(learned);
}

enum verb_status verb_learn(int argc, char **argv, struct err *err)
{
	struct learn_options options = { 0 };
	struct learned learned = { 0 };
	enum verb_status status;

	if (parse_learn(argc, argv, &options, err) < 0)
		return VERB_ERROR;
	status = learn_run(&learned, &options, err);
	learn_tally_free(&learned.tally);
	return status;
}
