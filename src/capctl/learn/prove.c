/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/prove.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "capctl/learn/rule_file.h"
#include "capctl/learn/run_leftovers.h"
#include "capctl/learn/trial.h"
#include "policy/files.h"

#define COMMENT "what capctl learn --confirm proved to be needed"

static int check_subject(const struct learn_subject *subject,
			 const char *bundle, struct err *err)
{
	if (subject->uid == 0)
		return err_set(
			err,
			"'%s' runs as root, which needs no rule: set process.user.uid to the user that it should run as",
			bundle);
	if (!subject->has_capabilities)
		return err_set(err, "'%s' has no object process.capabilities",
			       bundle);
	return 0;
}

/* The one rule of the policy names them. */
static int read_rule(const char *path, capmask *ret_asked, struct err *err)
{
	struct policy policy CLEANUP_POLICY = { 0 };

	if (policy_files_load_from(&policy, path, err) < 0)
		return -1;
	if (policy.count != 1)
		return err_set(err, "'%s' has %zu rules, not one", path,
			       policy.count);
	*ret_asked = policy.rules[0].ambient;
	return 0;
}

static int fail(const struct trial *trial, struct err *err)
{
	struct err what = *err;

	return err_set(err, "the test fails %s: %s", what.text, trial->reason);
}

/* What is used, and what is refused, with all that the bundle can have. */
static int record_needs(struct trial *trial, capmask all, capmask *ret_asked,
			struct err *err)
{
	struct learned learned = { 0 };
	bool passed;
	int result = trial_record(trial, all, &passed, &learned, err);

	*ret_asked = learn_tally_needs(&learned.tally) & capset_known();
	learn_tally_free(&learned.tally);
	if (result < 0)
		return -1;
	if (learned.lost)
		return err_set(err, "%" PRIu64 " events of the kernel are lost",
			       learned.lost);
	if (passed)
		return 0;
	err_set(err, "with all of the bounding set");
	return fail(trial, err);
}

static int try_trial(void *detail, capmask set, bool *ret_passed,
		     struct err *err)
{
	return trial_run(detail, set, ret_passed, err);
}

static int find_needs(struct proof *proof, const struct learn_request *request,
		      struct trial *trial, struct err *err)
{
	capmask bounding = proof->subject.sets.set[CAPSET_BOUNDING];

	if (!request->policy &&
	    record_needs(trial, bounding, &proof->asked, err) < 0)
		return -1;
	if (confirm(&proof->confirmed, proof->asked & bounding, try_trial,
		    trial, err) == 0)
		return 0;
	return proof->confirmed.fails ? fail(trial, err) : -1;
}

static int run_trials(struct proof *proof, const struct learn_request *request,
		      const sigset_t *signals, struct err *err)
{
	struct bundle_run run CLEANUP_BUNDLE_RUN = { 0 };
	struct trial trial = {
		.run = &run,
		.test = request->test,
		.seconds = request->seconds,
		.signals = signals,
	};
	int result;

	if (bundle_run_open(&run, request->confirm, request->root, err) < 0)
		return -1;
	run_leftovers_remove(&run);
	result = find_needs(proof, request, &trial, err);
	free(trial.reason);
	return result;
}

static int write_proof(struct rule_file *file, const struct proof *proof,
		       enum learn_form form, struct err *err)
{
	const struct learn_rule rule = {
		.ambient = proof->confirmed.needed,
		.exact = true,
		.comment = COMMENT,
		.subject = &proof->subject,
	};
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (learn_export(form, &rule, &text, &len, err) < 0)
		return -1;
	return rule_file_write(file, text, len, err);
}

static int prove_bundle(struct proof *proof,
			const struct learn_request *request,
			const sigset_t *signals, struct err *err)
{
	struct rule_file file CLEANUP_RULE_FILE = RULE_FILE_INIT;

	if (learn_subject_read(&proof->subject, request->confirm, err) < 0 ||
	    check_subject(&proof->subject, request->confirm, err) < 0 ||
	    (request->policy &&
	     read_rule(request->policy, &proof->asked, err) < 0) ||
	    rule_file_open(&file, request->rule, err) < 0 ||
	    run_trials(proof, request, signals, err) < 0)
		return -1;
	return request->rule ? write_proof(&file, proof, request->form, err)
			     : 0;
}

enum verb_status prove(const struct learn_request *request,
		       const sigset_t *signals, struct err *err)
{
	struct proof proof = { 0 };
	int result = prove_bundle(&proof, request, signals, err);

	if (result == 0)
		(request->json ? prove_print_json : prove_print)(&proof);
	learn_subject_free(&proof.subject);
	return result < 0 ? VERB_ERROR : VERB_GOOD;
}
