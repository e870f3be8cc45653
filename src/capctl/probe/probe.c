/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/probe.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>

#include "base/alloc.h"
#include "base/report.h"
#include "base/trust.h"
#include "capctl/out.h"
#include "capctl/probe/bundle.h"
#include "capctl/probe/container.h"
#include "capctl/probe/expect.h"
#include "capctl/probe/place.h"
#include "capctl/probe/print.h"
#include "caps/own.h"
#include "runtime/launch.h"

#define NOTHING_LEFT "nothing is left"
#define REFUSAL_PREFIX "exit status 1: "

struct probe {
	const struct probe_options *options;
	struct payload payload;
	char *id_prefix; /* no other container's, on this machine or another */
	char *policy;
	char *policy_empty;
	char *root; /* of the runtime's state */
	sigset_t signals; /* that end it */
	int interrupt; /* readable after one of them */
};

#define CLEANUP_PROBE __attribute__((cleanup(probe_free)))

/* One case under way. */
struct trial {
	const struct probe_case *test;
	char *id;
	struct probe_bundle bundle;
	struct expected expected;
	struct expected expected_plain; /* under a policy without rules */
	struct container_seen seen;
};

#define CLEANUP_TRIAL __attribute__((cleanup(trial_free)))

static void probe_free(struct probe *probe)
{
	payload_free(&probe->payload);
	free(probe->id_prefix);
	free(probe->policy);
	free(probe->policy_empty);
	free(probe->root);
	cleanup_fd(&probe->interrupt);
}

static void trial_free(struct trial *trial)
{
	free(trial->id);
	probe_bundle_free(&trial->bundle);
	container_seen_free(&trial->seen);
}

static void report_free(struct probe_report *report)
{
	probe_node_free(&report->node);
	results_free(&report->results);
}

#define CLEANUP_REPORT __attribute__((cleanup(report_free)))

/* From now on they end the containers first. */
static int catch_signals(struct probe *probe, struct err *err)
{
	sigemptyset(&probe->signals);
	sigaddset(&probe->signals, SIGHUP);
	sigaddset(&probe->signals, SIGINT);
	sigaddset(&probe->signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &probe->signals, NULL) == 0)
		probe->interrupt = signalfd(-1, &probe->signals, SFD_CLOEXEC);
	return probe->interrupt < 0 ? err_set_errno(err, errno, "signals") : 0;
}

static bool is_interrupted(const struct probe *probe)
{
	struct pollfd interrupt = { probe->interrupt, POLLIN, 0 };

	return poll(&interrupt, 1, 0) > 0;
}

/* The signal that came ends this process, unless it is ignored. */
static void release_signals(const struct probe *probe)
{
	sigprocmask(SIG_UNBLOCK, &probe->signals, NULL);
}

static int name_things(struct probe *probe, struct err *err)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return err_set_errno(err, errno, "random number");
	probe->id_prefix = alloc_text("capctl-probe-%016" PRIx64 "-", number);
	probe->policy = place_path("policy.json");
	probe->policy_empty = place_path("policy-empty.json");
	probe->root = place_path("state");
	return probe->id_prefix && probe->policy && probe->policy_empty &&
			       probe->root
		       ? 0
		       : err_set_no_memory(err);
}

static int write_policies(const struct probe *probe, struct err *err)
{
	char *text CLEANUP_FREE = probe_policy(probe->id_prefix);

	if (!text)
		return err_set_no_memory(err);
	if (place_write(probe->policy, text, err) < 0 ||
	    place_write(probe->policy_empty, probe_policy_empty, err) < 0)
		return -1;
	return place_cover_policy(probe->policy, err);
}

static int probe_prepare(struct probe *probe, struct err *err)
{
	if (payload_find(&probe->payload, err) < 0 ||
	    name_things(probe, err) < 0 || place_enter(err) < 0 ||
	    write_policies(probe, err) < 0)
		return -1;
	return place_make_directory(probe->root, err);
}

/* The bundle of an earlier case is as capruntime left it. */
static int trial_prepare(struct trial *trial, const struct probe *probe,
			 struct err *err)
{
	const struct probe_case *test = trial->test;

	trial->id = alloc_text("%s%s", probe->id_prefix,
			       test->again ? test->again : test->name);
	if (!trial->id)
		return err_set_no_memory(err);
	if (probe_bundle_name(&trial->bundle, test, trial->id, &probe->payload,
			      err) < 0)
		return -1;
	return test->again
		       ? place_rewrite(probe->policy, probe_policy_empty, err)
		       : probe_bundle_write(&trial->bundle, err);
}

static int trial_expect(struct trial *trial, const struct probe *probe,
			struct err *err)
{
	struct expect_call call = { .policy = probe->policy_empty,
				    .handler = probe->options->handler,
				    .id = trial->id,
				    .bundle = trial->bundle.path };

	if (expect_case(&trial->expected_plain, &call, err) < 0)
		return -1;
	call.policy = probe->policy;
	return expect_case(&trial->expected, &call, err);
}

static int trial_run(struct trial *trial, const struct probe *probe,
		     struct err *err)
{
	const struct container_call call = {
		.program = probe->options->program,
		.handler = probe->options->handler,
		.policy = probe->policy,
		.root = probe->root,
		.bundle = trial->bundle.path,
		.id = trial->id,
		.process = trial->test->session ? trial->bundle.process_path
						: NULL,
		.interrupt = probe->interrupt,
	};

	return container_try(&trial->seen, &call, err);
}

static char *expected_text(const struct expected *expected)
{
	char message[REPORT_SIZE];

	if (!expected->refused)
		return held_line(&expected->held);
	report_message(message, PACKAGE_NAME, &expected->reason);
	return alloc_text(REFUSAL_PREFIX "%s", message);
}

static int compare_program(const struct trial *trial, const char *check,
			   const struct expected *expected, const char *got,
			   struct probe_results *results, struct err *err)
{
	char *text CLEANUP_FREE = expected_text(expected);
	const struct probe_comparison comparison = {
		.test = trial->test,
		.check = check,
		.expected = text,
		.got = got,
		.names_expected = expected->refused,
	};

	return text ? results_add(results, &comparison, err)
		    : err_set_no_memory(err);
}

/* What is left in the bundle, once no rule needs it any more. */
static const char *find_left(const struct trial *trial)
{
	const struct probe_bundle *bundle = &trial->bundle;

	if (trial->seen.left || !trial->test->again)
		return trial->seen.left;
	if (!place_holds(bundle->config_path, bundle->config))
		return "config.json is not the engine's";
	if (access(bundle->record_path, F_OK) == 0)
		return "the record '.capruntime.json'";
	return place_has_links() ? "the link of a session" : NULL;
}

static int compare_left(const struct trial *trial,
			struct probe_results *results, struct err *err)
{
	const char *left = find_left(trial);
	char *text CLEANUP_FREE = left ? alloc_text("left behind: %s", left)
				       : strdup(NOTHING_LEFT);
	const struct probe_comparison comparison = {
		.test = trial->test,
		.check = "clean-up",
		.expected = NOTHING_LEFT,
		.got = text,
	};

	return text ? results_add(results, &comparison, err)
		    : err_set_no_memory(err);
}

static int trial_compare(const struct trial *trial,
			 struct probe_results *results, struct err *err)
{
	const struct expected *session = trial->expected.session_as_container
						 ? &trial->expected
						 : &trial->expected_plain;

	if (compare_program(trial, "container", &trial->expected,
			    trial->seen.container, results, err) < 0)
		return -1;
	if (trial->test->session &&
	    compare_program(trial, "session", session, trial->seen.session,
			    results, err) < 0)
		return -1;
	return compare_left(trial, results, err);
}

/* *ret_hung: the next case would hang, too. */
static int try_case(const struct probe *probe, const struct probe_case *test,
		    struct probe_results *results, bool *ret_hung,
		    struct err *err)
{
	struct trial trial CLEANUP_TRIAL = { .test = test };

	if (trial_prepare(&trial, probe, err) < 0 ||
	    trial_expect(&trial, probe, err) < 0 ||
	    trial_run(&trial, probe, err) < 0 ||
	    trial_compare(&trial, results, err) < 0)
		return err_wrap(err, "case '%s'", test->name);
	*ret_hung = trial.seen.hung;
	return 0;
}

static int try_cases(const struct probe *probe, struct probe_report *report,
		     struct err *err)
{
	bool hung = false;

	for (size_t i = 0;
	     i < probe_cases_count && !hung && !is_interrupted(probe); i++)
		if (try_case(probe, &probe_cases[i], &report->results, &hung,
			     err) < 0)
			return -1;
	report->complete = !hung;
	return is_interrupted(probe) ? err_set(err, "interrupted") : 0;
}

/* Without them, no runtime could start the containers. */
static int check_own_caps(struct err *err)
{
	struct own_caps own;

	if (own_caps_read(&own, err) < 0)
		return -1;
	for (size_t i = 0; i < probe_capabilities_count; i++) {
		const char *name = probe_capabilities[i];

		if (!(capset_from_exact(name, strlen(name)) & own.permitted &
		      own.bounding))
			return err_set(
				err,
				"this process lacks %s: run it as root outside of containers",
				name);
	}
	return 0;
}

static int check_programs(const struct probe_options *options,
			  struct launch *ret_launch, struct err *err)
{
	struct err reason;

	if (trust_check_program(options->program, &reason) < 0)
		err_wrap(&reason, "capruntime");
	else if (launch_resolve(ret_launch, options->handler, &reason) == 0 &&
		 launch_check_path(ret_launch, &reason) == 0)
		return 0;
	return err_set(err, "%s; 'capctl doctor' says what to do", reason.text);
}

static int check_node(const struct probe_options *options,
		      struct launch *ret_launch, struct err *err)
{
	if (geteuid() != 0)
		return err_set(err, "cannot start containers: run it as root");
	if (check_own_caps(err) < 0)
		return -1;
	return check_programs(options, ret_launch, err);
}

static int probe_try(struct probe *probe, struct probe_report *report,
		     struct err *err)
{
	int status;

	if (catch_signals(probe, err) < 0)
		return -1;
	status = probe_prepare(probe, err);
	if (status == 0) {
		probe_node_read(&report->node, report->runtime,
				probe->interrupt);
		status = try_cases(probe, report, err);
	}
	release_signals(probe);
	return status;
}

static enum verb_status report_results(const struct probe_report *report,
				       bool json, struct err *err)
{
	if (json)
		probe_print_json(report);
	else if (probe_print(report, err) < 0)
		return VERB_ERROR;
	return results_differences(&report->results) ? VERB_FINDINGS
						     : VERB_GOOD;
}

enum verb_status probe_run(const struct probe_options *options, struct err *err)
{
	struct probe probe CLEANUP_PROBE = { .options = options,
					     .interrupt = -1 };
	struct launch launch;
	struct probe_report report CLEANUP_REPORT = {
		.program = options->program,
		.handler = options->handler,
		.runtime = launch.path,
		.wrong_only = options->wrong_only,
	};

	if (check_node(options, &launch, err) < 0 ||
	    probe_try(&probe, &report, err) < 0) {
		err_wrap(err, "cannot probe");
		return VERB_ERROR;
	}
	return report_results(&report, options->json, err);
}
