/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/expect.h"

#include "capctl/explain/entrypoint.h"

static int expect_program(struct expected *expected, const struct dryrun *run,
			  struct err *err)
{
	struct entrypoint entry CLEANUP_ENTRYPOINT = { 0 };

	if (entrypoint_predict(&entry, run, err) < 0)
		return -1;
	if (!entry.found) {
		*err = entry.reason;
		return err_wrap(err, "no prediction");
	}
	if (entry.result.refused)
		return err_set(err, "no prediction: '%s' cannot be executed",
			       entry.path);
	expected->held = (struct held){ .uid = entry.result.euid,
					.no_new_privs = entry.task.no_new_privs,
					.sets = entry.result.sets };
	return 0;
}

int expect_case(struct expected *ret_expected, const struct expect_call *call,
		struct err *err)
{
	const struct dryrun_options options = { .policy = call->policy,
						.handler = call->handler,
						.id = call->id };
	struct dryrun_host host CLEANUP_DRYRUN_HOST = { 0 };
	struct dryrun run CLEANUP_DRYRUN = { .evaluation = EVALUATION_INIT };
	const struct policy_rule *rule;

	*ret_expected = (struct expected){ 0 };
	if (dryrun_load(&host, &options, err) < 0 ||
	    dryrun_bundle(&run, &host, call->bundle, err) < 0)
		return -1;
	if (run.refused) {
		ret_expected->refused = true;
		ret_expected->reason = run.reason;
		return 0;
	}
	rule = run.evaluation.rule;
	ret_expected->session_as_container = rule && rule->exec;
	return expect_program(ret_expected, &run, err);
}
