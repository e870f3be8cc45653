/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "capctl/learn/bundle_run.h"
#include "capctl/learn/learned.h"
#include "capctl/learn/live.h"
#include "capctl/learn/prove.h"
#include "capctl/learn/recorder.h"
#include "capctl/learn/request.h"
#include "capctl/learn/rule.h"
#include "capctl/learn/rule_file.h"
#include "capctl/learn/run_leftovers.h"
#include "capctl/learn/watch.h"
#include "capctl/verb.h"

#define ERRORS 2 /* standard error */

/* What we start writes to standard error, and would be in the way there. */
static bool has_terminal(const struct learn_request *request)
{
	bool starts = request->command[0] || request->bundle;

	return !request->json && !(starts && isatty(ERRORS));
}

/* Until the process ends, the time is over, or a signal comes. */
static int record_target(const struct watch *watch,
			 const struct learn_request *request,
			 const sigset_t *signals, struct err *err)
{
	struct live live CLEANUP_LIVE = live_begin(has_terminal(request));
	uint32_t seconds = request->seconds;
	int64_t end = watch_time() + seconds;

	while (!target_is_over(&watch->learned->target)) {
		if (watch_read(watch, err) < 0)
			return -1;
		live_draw(&live, &watch->learned->tally);
		if (watch_is_interrupted(signals) ||
		    (seconds && watch_time() >= end))
			break;
	}
	return watch_end(watch, err);
}

/* Its first process is created, but the program not yet executed. */
static int begin_bundle(struct learned *learned, struct bundle_run *run,
			struct learn_container *container,
			struct recorder *recorder, struct err *err)
{
	const struct target_member member = { container, &learned->tally };

	run->shows_output = true;
	if (bundle_run_create(run, err) < 0 ||
	    learn_container_of(container, run->pid, err) < 0 ||
	    target_attach_container(&learned->target, &member, recorder, err) <
		    0)
		return -1;
	learned->target.is_child = true;
	return bundle_run_start(run, err);
}

static int begin_target(struct learned *learned,
			const struct learn_request *request,
			struct learn_container *container,
			struct bundle_run *run, struct recorder *recorder,
			struct err *err)
{
	struct target *target = &learned->target;
	struct learn_tally *tally = &learned->tally;
	const struct target_member member = { container, tally };

	if (request->bundle)
		return begin_bundle(learned, run, container, recorder, err);
	if (request->id)
		return target_attach_container(target, &member, recorder, err);
	if (request->pid)
		return target_attach(target, request->pid, recorder, tally,
				     err);
	return target_start(target, request->command, &request->user, recorder,
			    tally, err);
}

static int record(struct learned *learned, const struct learn_request *request,
		  struct learn_container *container, struct bundle_run *run,
		  const sigset_t *signals, struct err *err)
{
	struct recorder *recorder CLEANUP_RECORDER = recorder_open(err);
	const struct watch watch = {
		.learned = learned,
		.recorder = recorder,
		.container = request->id || request->bundle ? container : NULL,
	};
	int result;

	if (!recorder)
		return -1;
	learned->source = recorder_source(recorder);
	result = begin_target(learned, request, container, run, recorder, err);
	if (result == 0)
		result = record_target(&watch, request, signals, err);
	target_stop(&learned->target);
	return result;
}

/* Its names and its id. */
static int identify(struct learn_subject *ret_subject,
		    const struct learn_container *container, struct err *err)
{
	struct err ignored;

	/* Without a bundle that can be read, the id is what is known. */
	if (container->bundle &&
	    learn_subject_read(ret_subject, container->bundle, &ignored) < 0) {
		learn_subject_free(ret_subject);
		*ret_subject = (struct learn_subject){ 0 };
	}
	ret_subject->id = strdup(container->id);
	return ret_subject->id ? 0 : err_set_no_memory(err);
}

static int watch_target(struct learned *learned,
			const struct learn_request *request,
			struct learn_subject *ret_subject,
			const sigset_t *signals, struct err *err)
{
	struct learn_container container CLEANUP_LEARN_CONTAINER = { 0 };
	struct bundle_run run CLEANUP_BUNDLE_RUN = { 0 };

	if (request->id && (learn_container_find(&container, request->root,
						 request->id, err) < 0 ||
			    identify(ret_subject, &container, err) < 0))
		return -1;
	if (request->bundle &&
	    (bundle_run_open(&run, request->bundle, request->root, err) < 0 ||
	     learn_subject_read(ret_subject, request->bundle, err) < 0))
		return -1;
	if (request->bundle)
		run_leftovers_remove(&run);
	return record(learned, request, &container, &run, signals, err);
}

/* A container whose program cannot be executed shows no need of it. */
static int check_executed(const struct learned *learned,
			  const struct learn_request *request, struct err *err)
{
	if (!request->bundle || learned->tally.executed || learned->lost)
		return 0;
	return err_set(
		err,
		"the program of '%s' was not executed, so what it needs is unknown (see capctl explain)",
		request->bundle);
}

/* Without a whole result, or without a need, there is no rule. */
static int finish_rule(struct rule_file *file, const struct learned *learned,
		       const struct learn_subject *subject, struct err *err)
{
	char *comment CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;
	struct learn_rule rule = {
		.ambient = learn_tally_needs(&learned->tally),
		.subject = subject,
	};
	size_t len;

	if (!rule.ambient || learned->lost)
		return 0;
	if (learn_rule_reasons(&learned->tally, &comment, err) < 0)
		return -1;
	rule.comment = comment;
	if (learn_rule_print(&rule, &text, &len, err) < 0)
		return -1;
	return rule_file_write(file, text, len, err);
}

static enum verb_status learn_status(const struct learned *learned)
{
	if (learned->lost)
		return VERB_ERROR;
	return learn_tally_lacks(&learned->tally) ? VERB_FINDINGS : VERB_GOOD;
}

static enum verb_status learn_run(struct learned *learned,
				  const struct learn_request *request,
				  const sigset_t *signals, struct err *err)
{
	struct learn_subject subject CLEANUP_LEARN_SUBJECT = { 0 };
	struct rule_file file CLEANUP_RULE_FILE = RULE_FILE_INIT;

	if (rule_file_open(&file, request->rule, err) < 0 ||
	    watch_target(learned, request, &subject, signals, err) < 0 ||
	    check_executed(learned, request, err) < 0 ||
	    (request->rule && finish_rule(&file, learned, &subject, err) < 0))
		return VERB_ERROR;
	(request->json ? learn_print_json : learn_print)(learned);
	return learn_status(learned);
}

enum verb_status verb_learn(int argc, char **argv, struct err *err)
{
	struct learn_request request;
	struct learned learned = { 0 };
	enum verb_status status;
	sigset_t signals;

	if (learn_request_parse(&request, argc, argv, err) < 0)
		return VERB_ERROR;
	watch_block_signals(&signals);
	if (request.confirm)
		return prove(&request, &signals, err);
	status = learn_run(&learned, &request, &signals, err);
	learn_tally_free(&learned.tally);
	return status;
}
