/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/trial.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "capctl/child.h"
#include "capctl/learn/subject.h"
#include "capctl/learn/watch.h"

#define ERRORS 2 /* standard error */

/*
 * Runs the test, $1. A process beside it kills both, and what the test started,
 * when standard input ends: when capctl ends, also by SIGKILL.
 */
static const char guarded[] =
	"exec 3<&0 </dev/null; { read -r end; kill -KILL 0; } <&3 & "
	"exec 3<&-; exec sh -c \"$1\"";

/* What is under way. */
struct course {
	struct trial *trial;
	const struct watch *watch; /* NULL: not recorded */
	struct child test;
	bool program_ended;
	int program_status; /* as of waitpid(2) */
};

static void add_rule(struct buf *buf, const char *rule, capmask set, bool exact)
{
	buf_add_str(buf, rule);
	if (set) {
		buf_add_str(buf, ", \"ambient\": [\"");
		capset_add_names(buf, set, "\", \"");
		buf_add_str(buf, exact ? "\"], \"require\": true" : "\"]");
	}
	buf_add_str(buf, exact ? ", \"drop\": \"others\" }" : " }");
}

/* For every user but root. */
static int use_policy(struct bundle_run *run, capmask set, bool exact,
		      struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;

	buf_add_str(&buf,
		    "{ \"version\": 1, \"audit\": \"none\", \"rules\": [\n");
	add_rule(&buf, "{ \"name\": \"plain\", \"match\": {}", set, exact);
	add_rule(
		&buf,
		",\n{ \"name\": \"privileged\", \"match\": { \"privileged\": true }",
		set, exact);
	buf_add_str(&buf, " ] }\n");
	return buf_take(&buf, &text, NULL, err) < 0
		       ? -1
		       : bundle_run_use_policy(run, text, err);
}

/* Under AT_SECURE capruntime uses the node's policy instead. */
static int check_sets(const struct bundle_run *run, capmask set,
		      struct err *err)
{
	struct capsets sets;

	if (learn_subject_read_sets(&sets, run->bundle, err) < 0)
		return -1;
	return sets.set[CAPSET_AMBIENT] == set &&
			       sets.set[CAPSET_BOUNDING] == set
		       ? 0
		       : err_set(err,
				 "capruntime did not use the policy '%s' for '%s'",
				 run->policy, run->bundle);
}

static int set_environment(const struct bundle_run *run, struct err *err)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%" PRId32, run->pid);
	if (setenv("CAPCTL_ID", run->id, 1) < 0 ||
	    setenv("CAPCTL_PID", pid, 1) < 0 ||
	    setenv("CAPCTL_OUTPUT", run->output, 1) < 0)
		return err_set_no_memory(err);
	return 0;
}

/* Its outputs are on our standard error: our output is for the result. */
static int start_test(struct course *course, struct err *err)
{
	const char *const argv[] = {
		"sh", "-c", guarded, "sh", course->trial->test, NULL
	};
	const struct child_program program = {
		.path = "/bin/sh",
		/* posix_spawn(3) does not change them. */
		.argv = (char *const *)(uintptr_t)argv,
		.environment = environ,
		.interrupt = -1,
	};
	int pipe_ends[2], result;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return err_set_errno(err, errno, "pipe");
	result = child_start_with(&course->test, &program,
				  (const int[]){ pipe_ends[0], ERRORS, ERRORS },
				  err);
	close(pipe_ends[0]);
	course->test.input = pipe_ends[1];
	return result;
}

/* So that it is no zombie, which a test could take for a living process. */
static void reap_program(struct course *course)
{
	struct bundle_run *run = course->trial->run;

	if (course->program_ended)
		return;
	course->program_ended =
		waitpid(run->pid, &course->program_status, WNOHANG) == run->pid;
	if (course->program_ended)
		run->pid = 0;
}

/* With what it started: until it is waited for, its group is no other one. */
static bool has_test_ended(struct child *test, int *ret_status)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)test->pid, &info, WEXITED | WNOHANG | WNOWAIT) <
		    0 ||
	    info.si_pid != test->pid)
		return false;
	kill(-test->pid, SIGKILL);
	waitpid(test->pid, ret_status, 0);
	test->pid = 0;
	return true;
}

/* *ret_status is as of waitpid(2). */
static bool has_decided(struct course *course, int *ret_status)
{
	reap_program(course);
	*ret_status = course->program_status;
	return course->trial->test ? has_test_ended(&course->test, ret_status)
				   : course->program_ended;
}

static char *describe_end(const struct course *course, bool decided, int status)
{
	const struct trial *trial = course->trial;
	const char *who = trial->test ? "the test" : "the program";
	char *line CLEANUP_FREE = bundle_run_last_line(trial->run);
	const char *said = line ? line : "";
	const char *between = *said ? "; the container printed: " : "";

	if (!decided)
		return alloc_text("%s did not end within %" PRIu32 "s%s%s", who,
				  trial->seconds, between, said);
	if (WIFSIGNALED(status))
		return alloc_text("%s was killed by signal %d%s%s", who,
				  WTERMSIG(status), between, said);
	return alloc_text("%s ended with exit status %d%s%s", who,
			  WEXITSTATUS(status), between, said);
}

/* Until there is an answer, or the time is over. */
static int await_answer(struct course *course, bool *ret_passed,
			struct err *err)
{
	struct trial *trial = course->trial;
	int64_t end = watch_time() + trial->seconds;
	bool decided;
	int status;

	while (!(decided = has_decided(course, &status)) &&
	       watch_time() <= end) {
		if (course->watch && watch_read(course->watch, err) < 0)
			return -1;
		if (watch_is_interrupted(trial->signals))
			return err_set(err, "interrupted");
	}
	*ret_passed = decided && status == 0;
	free(trial->reason);
	trial->reason =
		*ret_passed ? NULL : describe_end(course, decided, status);
	return *ret_passed || trial->reason ? 0 : err_set_no_memory(err);
}

static int run_program(struct course *course, bool *ret_passed, struct err *err)
{
	int result = -1;

	if (set_environment(course->trial->run, err) == 0 &&
	    bundle_run_start(course->trial->run, err) == 0 &&
	    (!course->trial->test || start_test(course, err) == 0))
		result = await_answer(course, ret_passed, err);
	child_free(&course->test);
	return result;
}

/* The container is removed, whatever came before. */
static int finish(struct bundle_run *run, int result, struct err *err)
{
	struct err later;

	if (bundle_run_remove(run, &later) == 0 || result < 0)
		return result;
	*err = later;
	return -1;
}

int trial_run(struct trial *trial, capmask set, bool *ret_passed,
	      struct err *err)
{
	struct course course = { .trial = trial, .test = CHILD_INIT };
	int result = -1;

	if (use_policy(trial->run, set, true, err) == 0 &&
	    bundle_run_create(trial->run, err) == 0 &&
	    check_sets(trial->run, set, err) == 0)
		result = run_program(&course, ret_passed, err);
	return finish(trial->run, result, err);
}

static int record_program(struct course *course, const struct watch *watch,
			  struct learn_container *container, bool *ret_passed,
			  struct err *err)
{
	struct bundle_run *run = course->trial->run;
	struct learned *learned = watch->learned;
	const struct target_member member = { container, &learned->tally };

	if (bundle_run_create(run, err) < 0 ||
	    learn_container_of(container, run->pid, err) < 0 ||
	    target_attach_container(&learned->target, &member, watch->recorder,
				    err) < 0 ||
	    run_program(course, ret_passed, err) < 0)
		return -1;
	return watch_end(watch, err);
}

int trial_record(struct trial *trial, capmask set, bool *ret_passed,
		 struct learned *learned, struct err *err)
{
	struct learn_container container CLEANUP_LEARN_CONTAINER = { 0 };
	struct recorder *recorder CLEANUP_RECORDER = recorder_open(err);
	const struct watch watch = { learned, recorder, &container };
	struct course course = { .trial = trial,
				 .watch = &watch,
				 .test = CHILD_INIT };
	int result = -1;

	if (!recorder)
		return err_wrap(err,
				"record (with '--policy' nothing is recorded)");
	if (use_policy(trial->run, set, false, err) == 0)
		result = record_program(&course, &watch, &container, ret_passed,
					err);
	return finish(trial->run, result, err);
}
