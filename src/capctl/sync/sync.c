/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verb.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/fileio.h"
#include "base/path.h"
#include "base/paths.h"
#include "capctl/out.h"
#include "capctl/sync/sync.h"

#define INTERVAL 10
#define INTERVAL_MAX 3600
#define PROGRAM_MAX ((size_t)256 * 1024 * 1024)
#define RUNTIMES "runtimes"

static int deploy_source(struct deploy *target, const char *path,
			 struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(AT_FDCWD, path, 0, path, &st, err);
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (fd < 0 || fileio_read(fd, path, PROGRAM_MAX, &text, &len, err) < 0)
		return -1;
	return deploy_file(target, path_basename(path), text, len,
			   st.st_mode & 0755, err);
}

static int deploy_sources(const struct sync_options *options,
			  struct deploy *target, struct err *err)
{
	for (size_t i = 0; i < options->sources_count; i++)
		if (deploy_source(target, options->sources[i], err) < 0)
			return -1;
	return 0;
}

static int deploy_runtime(const struct sync_options *options,
			  struct deploy *target, struct err *err)
{
	int fd CLEANUP_FD = -1;

	if (!options->runtime)
		return 0;
	if (deploy_directory(target, RUNTIMES, &fd, err) < 0)
		return -1;
	return deploy_link(target, RUNTIMES "/" PACKAGE_NAME, options->runtime,
			   err);
}

static enum sync_outcome sync_policy(const struct sync_options *options,
				     struct sync_pass *pass)
{
	switch (sync_policy_run(options->sources[0], &pass->target,
				&pass->counts, &pass->err)) {
	case SYNC_POLICY_DONE:
		break;
	case SYNC_POLICY_REFUSED:
		return SYNC_REFUSED;
	case SYNC_POLICY_ERROR:
	default:
		return SYNC_ERROR;
	}
	if (deploy_runtime(options, &pass->target, &pass->err) < 0)
		return SYNC_ERROR;
	return SYNC_IN_SYNC;
}

static enum sync_outcome run_pass(const struct sync_options *options,
				  struct sync_pass *pass)
{
	enum sync_outcome outcome;

	if (deploy_open(&pass->target, options->target, options->check,
			&pass->err) < 0 ||
	    deploy_clean(&pass->target, &pass->err) < 0)
		return SYNC_ERROR;
	if (!options->files)
		outcome = sync_policy(options, pass);
	else if (deploy_sources(options, &pass->target, &pass->err) < 0)
		outcome = SYNC_ERROR;
	else
		outcome = SYNC_IN_SYNC;
	if (outcome != SYNC_IN_SYNC || !pass->target.count)
		return outcome;
	return options->check ? SYNC_DIFFERS : SYNC_CHANGED;
}

static void pass_end(struct sync_pass *pass)
{
	deploy_close(&pass->target);
}

#define CLEANUP_PASS __attribute__((cleanup(pass_end)))

static void pass_make(struct sync_pass *pass,
		      const struct sync_options *options)
{
	*pass = (struct sync_pass){ .target = { .directory = -1,
						.above = -1 } };
	pass->outcome = run_pass(options, pass);
	if (options->files)
		pass->counts.files = options->sources_count;
}

static enum verb_status sync_once(const struct sync_options *options,
				  struct err *err)
{
	struct sync_pass pass CLEANUP_PASS;

	pass_make(&pass, options);
	if (pass.outcome != SYNC_ERROR || options->json)
		sync_show(&pass, options);
	else
		sync_show_changes(&pass.target);
	if (pass.outcome == SYNC_ERROR) {
		*err = pass.err;
		return VERB_ERROR;
	}
	return pass.outcome == SYNC_IN_SYNC || pass.outcome == SYNC_CHANGED
		       ? VERB_GOOD
		       : VERB_FINDINGS;
}

/* The state that was logged last. */
struct logged {
	bool anything;
	enum sync_outcome outcome;
	struct sync_policy_counts counts;
	struct err err;
};

static bool is_new(const struct logged *logged, const struct sync_pass *pass)
{
	return !logged->anything || pass->target.count ||
	       logged->outcome != pass->outcome ||
	       logged->counts.files != pass->counts.files ||
	       logged->counts.rules != pass->counts.rules ||
	       strcmp(logged->err.text, pass->err.text) != 0;
}

static struct logged log_pass(const struct sync_pass *pass,
			      const struct sync_options *options)
{
	sync_show(pass, options);
	return (struct logged){
		.anything = true,
		.outcome = pass->outcome == SYNC_CHANGED ? SYNC_IN_SYNC
							 : pass->outcome,
		.counts = pass->counts,
		.err = pass->err,
	};
}

/*
 * The first process of a container receives only signals that it handles: these
 * two end the wait. Polling finds every update of a ConfigMap, independent of
 * how the kubelet makes it.
 */
static enum verb_status keep_in_sync(const struct sync_options *options,
				     unsigned int interval, struct err *err)
{
	const struct timespec wait = { .tv_sec = interval };
	struct logged logged = { 0 };
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	do {
		struct sync_pass pass CLEANUP_PASS;

		pass_make(&pass, options);
		if (is_new(&logged, &pass))
			logged = log_pass(&pass, options);
		if (out_finish(err) < 0)
			return VERB_ERROR;
	} while (sigtimedwait(&ends, NULL, &wait) < 0);
	return VERB_GOOD;
}

static int read_interval(const char *text, unsigned int *ret_interval,
			 struct err *err)
{
	char *end;
	long value = text ? strtol(text, &end, 10) : INTERVAL;

	if (text && (end == text || *end || value < 1 || value > INTERVAL_MAX))
		return verb_misuse(
			err, "sync",
			"the value of '--interval' must be 1 to %d seconds",
			INTERVAL_MAX);
	*ret_interval = (unsigned int)value;
	return 0;
}

static int check_sync_options(const struct sync_options *options,
			      struct err *err)
{
	if (options->check && options->once)
		return verb_misuse(err, "sync",
				   "'--check' and '--once' exclude each other");
	if (options->interval && (options->check || options->once))
		return verb_misuse(
			err, "sync",
			"'--interval' cannot be used with '--check' or '--once'");
	if (options->runtime && options->files)
		return verb_misuse(err, "sync",
				   "'--runtime' cannot be used with '--files'");
	if (options->runtime && *options->runtime != '/')
		return verb_misuse(
			err, "sync",
			"the value of '--runtime' must be an absolute path");
	return 0;
}

static int read_sync_operands(struct sync_options *options, char **operands,
			      int count, struct err *err)
{
	options->sources = operands;
	if (options->files) {
		if (count < 2)
			return verb_misuse(
				err, "sync",
				"expected one or more files and a directory");
		options->sources_count = (size_t)count - 1;
		options->target = operands[count - 1];
		return 0;
	}
	if (count != 1 && count != 2)
		return verb_misuse(err, "sync", "expected a directory");
	options->sources_count = 1;
	options->target = count == 2 ? operands[1] : paths_config_dir;
	return 0;
}

enum verb_status verb_sync(int argc, char **argv, struct err *err)
{
	struct sync_options options = { 0 };
	const struct verb_option known[] = {
		{ "files", .flag = &options.files },
		{ "check", .flag = &options.check },
		{ "once", .flag = &options.once },
		{ "json", .flag = &options.json },
		{ "interval", .value = &options.interval },
		{ "runtime", .value = &options.runtime },
	};
	int first = verb_parse(argc, argv, known, ARRAY_LEN(known), err);
	unsigned int interval = INTERVAL;

	if (first < 0 ||
	    read_sync_operands(&options, argv + first, argc - first, err) < 0 ||
	    check_sync_options(&options, err) < 0 ||
	    read_interval(options.interval, &interval, err) < 0)
		return VERB_ERROR;
	umask(022);
	if (options.check || options.once)
		return sync_once(&options, err);
	return keep_in_sync(&options, interval, err);
}
