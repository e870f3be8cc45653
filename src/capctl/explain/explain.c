/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/explain.h"

#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/out.h"
#include "capctl/process/starter.h"

static bool is_executable(const struct entrypoint *entry)
{
	return !entry->found || !entry->result.refused;
}

capmask explain_unstartable(const struct explained *explained)
{
	const struct dryrun *run = &explained->run;
	struct own_caps own = run->node->own;

	return explained->decided
		       ? evaluation_unstartable(&run->evaluation, &own)
		       : 0;
}

capmask explain_lost(const struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;

	return entry->found
		       ? execve_lost(&entry->result,
				     explained->run.evaluation.decision.raised)
		       : 0;
}

bool explain_is_good(const struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;

	return !explained->run.refused && !evaluation->decision.missing &&
	       !evaluation->request.unknown &&
	       !explain_unstartable(explained) &&
	       is_executable(&explained->entry) && !explain_lost(explained);
}

/* The caller frees; NULL: out of memory. */
static char *program_problem(const struct explained *explained)
{
	capmask lost = explain_lost(explained);
	char *names CLEANUP_FREE = lost ? out_names(lost) : NULL;

	if (!lost)
		return strdup(is_executable(&explained->entry)
				      ? "cannot be read"
				      : "cannot be executed");
	return names ? alloc_text("will not hold %s", names) : NULL;
}

char *explain_headline(const struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;
	char *summary CLEANUP_FREE = explained->headline
					     ? strdup(explained->headline)
					     : dryrun_summary(&explained->run);
	char *but CLEANUP_FREE = NULL;

	if (summary && explain_unstartable(explained))
		return alloc_text("%s; but the runtime cannot start it",
				  summary);
	if (!summary || (is_executable(entry) && !entry->unreadable &&
			 !explain_lost(explained)))
		return TAKE_PTR(summary);
	but = program_problem(explained);
	return but ? alloc_text("%s; but its program %s", summary, but) : NULL;
}

struct explain_trial explain_try(const struct dryrun *run,
				 const struct policy_rule *rule)
{
	const struct evaluation *evaluation = &run->evaluation;
	struct explain_trial trial = { 0 };

	if (!evaluation->has_subject || evaluation->kind == SUBJECT_SANDBOX ||
	    !evaluation->spec.has_process || evaluation->forced ||
	    (evaluation->rule ? rule > evaluation->rule : run->refused))
		return trial;
	trial.tried = true;
	if (match_matches(&rule->match, &evaluation->subject, &trial.failed))
		trial.failed = NULL;
	return trial;
}

void explained_free(struct explained *explained)
{
	dryrun_free(&explained->run);
	free(explained->runtime);
	who_free(&explained->who);
	entrypoint_free(&explained->entry);
	findings_free(&explained->warnings);
}

bool explained_is_of_other(const struct explained *explained)
{
	return explained->runtime && !starter_is_capruntime(explained->runtime);
}

static struct who who_has_bundle(const struct explained *explained,
				 const struct explain_options *options,
				 const char *path, int32_t pid)
{
	const struct who_source source = {
		.policy = &explained->node.policy,
		.handler = options->dryrun.handler,
	};
	char *absolute CLEANUP_FREE = realpath(path, NULL);
	struct who nobody = { 0 };

	return absolute ? who_read(&source, absolute, explained->runtime, pid)
			: nobody;
}

void explain_begin(struct explained *ret_explained,
		   const struct dryrun_host *node,
		   const struct explain_options *options,
		   const struct bundle_operand *operand)
{
	const struct container *container =
		operand->entry ? operand->entry->container : NULL;
	struct explained *explained = ret_explained;
	int32_t pid = container && container->runs ? container->state.pid : 0;

	*explained = (struct explained){
		.runtime = starter_find(operand->path, pid),
		.started_here = true,
		.pid = pid,
		.node = *node,
		.run = { .evaluation = EVALUATION_INIT },
	};
	if (explained->runtime && !options->dryrun.handler &&
	    !explained_is_of_other(explained))
		dryrun_use_handler(&explained->node, explained->runtime);
	if (container && !explained->node.options.id)
		explained->node.options.id = container->id;
	explained->who = who_has_bundle(explained, options, operand->path, pid);
}

int explain_finish(struct explained *explained, bool plain, struct err *err)
{
	struct dryrun *run = &explained->run;
	int status = 0;

	explained->decided = !*run->reason.text &&
			     run->evaluation.spec.has_process &&
			     run->evaluation.kind == SUBJECT_CONTAINER;
	if (explained->decided)
		status =
			plain ? entrypoint_predict_plain(&explained->entry, run,
							 err)
			      : entrypoint_predict(&explained->entry, run, err);
	return status < 0 ? -1 : explain_warn(explained, err);
}

int explain_bundle(struct explained *explained, const char *path,
		   struct err *err)
{
	struct dryrun *run = &explained->run;

	if (dryrun_bundle(run, &explained->node, path, err) < 0 ||
	    dryrun_check_config(run, err) < 0)
		return -1;
	return explain_finish(explained, false, err);
}

enum verb_status explained_status(const struct explained *explained)
{
	if (!explain_is_good(explained))
		return VERB_FINDINGS;
	return explained->entry.unreadable ? VERB_ERROR : VERB_GOOD;
}

enum verb_status explain_one(const struct dryrun_host *node,
			     const struct explain_options *options,
			     const struct bundle_operand *operand,
			     struct err *err)
{
	struct explained explained CLEANUP_EXPLAINED = EXPLAINED_INIT;

	if (*operand->problem.text) {
		*err = operand->problem;
		return VERB_ERROR;
	}
	explain_begin(&explained, node, options, operand);
	if (explain_bundle(&explained, operand->path, err) < 0)
		return VERB_ERROR;
	if (options->json)
		out_json(explain_object(&explained));
	else
		explain_print(&explained);
	return explained_status(&explained);
}
