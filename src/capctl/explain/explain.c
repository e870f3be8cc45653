/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/explain.h"

#include <errno.h>
#include <fts.h>
#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/out.h"
#include "capctl/verb.h"

/* CRI-O's bundles lie at ID/userdata, containerd's at NAMESPACE/ID. */
#define DEPTH_MAX 4

struct choice {
	struct dryrun_options dryrun;
	const char *all;
	bool json;
};

static bool is_executable(const struct entrypoint *entry)
{
	return !entry->found || !entry->result.refused;
}

capmask explain_lost(const struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;

	if (!entry->found || entry->result.refused)
		return 0;
	return explained->run.evaluation.decision.raised &
	       ~entry->result.sets.set[CAPSET_EFFECTIVE];
}

bool explain_is_good(const struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;

	return !explained->run.refused && !evaluation->decision.missing &&
	       !evaluation->request.unknown &&
	       is_executable(&explained->entry) && !explain_lost(explained);
}

/* The caller frees; NULL: out of memory. */
static char *objection(const struct explained *explained)
{
	capmask lost = explain_lost(explained);
	char *names CLEANUP_FREE = lost ? out_names(lost) : NULL;

	if (!lost)
		return strdup(is_executable(&explained->entry)
				      ? "cannot be looked at"
				      : "cannot be executed");
	return names ? alloc_text("will not hold %s", names) : NULL;
}

char *explain_headline(const struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;
	char *summary CLEANUP_FREE = dryrun_summary(&explained->run);
	char *but CLEANUP_FREE = NULL;

	if (!summary || (is_executable(entry) && !entry->unreadable &&
			 !explain_lost(explained)))
		return TAKE_PTR(summary);
	but = objection(explained);
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

static void explained_free(struct explained *explained)
{
	dryrun_free(&explained->run);
	entrypoint_free(&explained->entry);
	for (size_t i = 0; i < explained->warnings_count; i++)
		free(explained->warnings[i].text);
}

#define CLEANUP_EXPLAINED __attribute__((cleanup(explained_free)))

/* As dryrun_bundle(); ret_explained is to be freed also on -1. */
static int explain_bundle(struct explained *ret_explained,
			  const struct dryrun_host *node, const char *path,
			  struct err *err)
{
	struct explained *explained = ret_explained;
	struct dryrun *run = &explained->run;

	*explained =
		(struct explained){ .run = { .evaluation = EVALUATION_INIT } };
	if (dryrun_bundle(run, node, path, err) < 0)
		return -1;
	explained->decided = !*run->reason.text &&
			     run->evaluation.spec.has_process &&
			     run->evaluation.kind == SUBJECT_CONTAINER;
	if (explained->decided &&
	    entrypoint_look(&explained->entry, run, err) < 0)
		return -1;
	return explain_warn(explained, err);
}

static enum verb_status status_of(const struct explained *explained)
{
	if (!explain_is_good(explained))
		return VERB_FINDINGS;
	return explained->entry.unreadable ? VERB_TROUBLE : VERB_GOOD;
}

static enum verb_status explain_one(const struct dryrun_host *node,
				    const struct choice *choice,
				    const char *path, struct err *err)
{
	struct explained explained CLEANUP_EXPLAINED;

	if (explain_bundle(&explained, node, path, err) < 0)
		return VERB_TROUBLE;
	if (choice->json)
		out_json(explain_object(&explained));
	else
		explain_print(&explained);
	return status_of(&explained);
}

/* Many bundles: a line each, or an object each. */
struct survey {
	const struct dryrun_host *node;
	struct out_table table;
	struct json_object *list; /* NULL: for people */
	enum verb_status status;
	size_t count;
};

static void add_failure(struct survey *survey, const char *path,
			const struct err *err)
{
	struct json_object *object;

	survey->status = VERB_TROUBLE;
	if (!survey->list) {
		out_table_add(&survey->table, OUT_BAD, 2, path, err->text);
		return;
	}
	object = json_object_new_object();
	json_object_object_add(object, "bundle", out_json_text(path));
	json_object_object_add(object, "error", out_json_text(err->text));
	json_object_array_add(survey->list, object);
}

static void add_bundle(struct survey *survey, const char *path)
{
	struct explained explained CLEANUP_EXPLAINED;
	struct err err = { 0 };
	char *summary CLEANUP_FREE = NULL;
	enum verb_status status;

	survey->count++;
	if (explain_bundle(&explained, survey->node, path, &err) < 0) {
		add_failure(survey, path, &err);
		return;
	}
	status = status_of(&explained);
	if (status > survey->status)
		survey->status = status;
	if (survey->list) {
		json_object_array_add(survey->list, explain_object(&explained));
		return;
	}
	summary = explain_headline(&explained);
	out_table_add(&survey->table, status == VERB_GOOD ? OUT_PLAIN : OUT_BAD,
		      2, path, summary ? summary : "out of memory");
}

static bool is_bundle(const char *path)
{
	char *config CLEANUP_FREE = alloc_text("%s/config.json", path);

	return config && access(config, F_OK) == 0;
}

static void visit(struct survey *survey, FTS *tree, FTSENT *entry)
{
	struct err err = { 0 };

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
	    entry->fts_info == FTS_NS) {
		err_set_errno(&err, entry->fts_errno, "cannot look");
		add_failure(survey, entry->fts_path, &err);
		return;
	}
	if (entry->fts_info != FTS_D)
		return;
	if (is_bundle(entry->fts_path))
		add_bundle(survey, entry->fts_path);
	else if (entry->fts_level < DEPTH_MAX)
		return;
	fts_set(tree, entry, FTS_SKIP);
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
	return strcmp((*left)->fts_name, (*right)->fts_name);
}

static int walk(struct survey *survey, const char *path, struct err *err)
{
	/* It is copied there before it is changed. */
	char *roots[] = { (char *)(uintptr_t)path, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
	FTSENT *entry;

	if (!tree)
		return err_set_errno(err, errno, "'%s'", path);
	while ((entry = fts_read(tree)))
		visit(survey, tree, entry);
	fts_close(tree);
	return 0;
}

static enum verb_status explain_all(const struct dryrun_host *node,
				    const struct choice *choice,
				    struct err *err)
{
	struct survey survey = { .node = node };
	struct json_object *object;

	if (choice->json)
		survey.list = json_object_new_array();
	if (walk(&survey, choice->all, err) < 0)
		survey.status = VERB_TROUBLE;
	else if (!survey.count && survey.status == VERB_GOOD) {
		err_set(err, "no bundle in '%s'", choice->all);
		survey.status = VERB_TROUBLE;
	}
	if (survey.list) {
		object = json_object_new_object();
		json_object_object_add(object, "bundles", survey.list);
		out_json(object);
	}
	out_table_print(&survey.table);
	out_table_free(&survey.table);
	return survey.status;
}

static int parse(int argc, char **argv, struct choice *choice, struct err *err)
{
	const struct verb_option options[] = {
		{ "policy", NULL, &choice->dryrun.policy },
		{ "handler", NULL, &choice->dryrun.handler },
		{ "id", NULL, &choice->dryrun.id },
		{ "rule", NULL, &choice->dryrun.rule },
		{ "all", NULL, &choice->all },
		{ "json", &choice->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return -1;
	if (choice->all ? first != argc : first != argc - 1)
		return verb_misuse(err, argv[0], "%s",
				   choice->all ? "--all takes no other bundle"
					       : "wants one bundle");
	return first;
}

enum verb_status verb_explain(int argc, char **argv, struct err *err)
{
	struct choice choice = { 0 };
	struct dryrun_host node CLEANUP_DRYRUN_HOST = { 0 };
	int first = parse(argc, argv, &choice, err);

	if (first < 0 || dryrun_load(&node, &choice.dryrun, err) < 0)
		return VERB_TROUBLE;
	return choice.all ? explain_all(&node, &choice, err)
			  : explain_one(&node, &choice, argv[first], err);
}
