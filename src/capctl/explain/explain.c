/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/explain.h"

#include <errno.h>
#include <fts.h>
#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/out.h"
#include "capctl/process/starter.h"

/* CRI-O's bundles are at ID/userdata, containerd's at NAMESPACE/ID. */
#define DEPTH_MAX 4

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
	entrypoint_free(&explained->entry);
	findings_free(&explained->warnings);
}

static bool is_of_other_handler(const struct explained *explained)
{
	return explained->runtime && !starter_is_capruntime(explained->runtime);
}

/* With the handler that the engine called, unless --handler names one. */
static void explain_begin(struct explained *ret_explained,
			  const struct dryrun_host *node,
			  const struct explain_options *options,
			  const char *path)
{
	struct explained *explained = ret_explained;

	*explained = (struct explained){
		.runtime = starter_find(path, 0),
		.node = *node,
		.run = { .evaluation = EVALUATION_INIT },
	};
	if (explained->runtime && !options->dryrun.handler &&
	    !is_of_other_handler(explained))
		dryrun_use_handler(&explained->node, explained->runtime);
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

/* After explain_begin(). As dryrun_bundle(). */
static int explain_bundle(struct explained *explained, const char *path,
			  struct err *err)
{
	struct dryrun *run = &explained->run;

	if (dryrun_bundle(run, &explained->node, path, err) < 0 ||
	    dryrun_check_config(run, err) < 0)
		return -1;
	return explain_finish(explained, false, err);
}

static enum verb_status explained_status(const struct explained *explained)
{
	if (!explain_is_good(explained))
		return VERB_FINDINGS;
	return explained->entry.unreadable ? VERB_ERROR : VERB_GOOD;
}

enum verb_status explain_one(const struct dryrun_host *node,
			     const struct explain_options *options,
			     const char *path, struct err *err)
{
	struct explained explained CLEANUP_EXPLAINED;

	explain_begin(&explained, node, options, path);
	if (explain_bundle(&explained, path, err) < 0)
		return VERB_ERROR;
	if (options->json)
		out_json(explain_object(&explained));
	else
		explain_print(&explained);
	return explained_status(&explained);
}

/* Many bundles: a row each, or a JSON object each. */
struct overview {
	const struct dryrun_host *node;
	const struct explain_options *options;
	size_t left_out; /* of other handlers */
	struct out_table table;
	struct json_object *list; /* NULL: print the table */
	enum verb_status status;
	size_t count;
};

static void add_failure(struct overview *overview, const char *path,
			const struct err *err)
{
	struct json_object *object;

	overview->status = VERB_ERROR;
	if (!overview->list) {
		out_table_add(&overview->table, OUT_BAD, 2, path, err->text);
		return;
	}
	object = json_object_new_object();
	json_object_object_add(object, "bundle", out_json_text(path));
	json_object_object_add(object, "error", out_json_text(err->text));
	json_object_array_add(overview->list, object);
}

/* The policy does not apply to it. */
static void add_other(struct overview *overview, const char *path,
		      const char *runtime)
{
	struct json_object *object;
	char *text CLEANUP_FREE = NULL;

	if (!overview->options->with_others) {
		overview->left_out++;
		return;
	}
	if (!overview->list) {
		text = alloc_text("started by '%s', not by capruntime",
				  runtime);
		out_table_add(&overview->table, OUT_FAINT, 2, path,
			      text ? text : "out of memory");
		return;
	}
	object = json_object_new_object();
	json_object_object_add(object, "bundle", out_json_text(path));
	json_object_object_add(object, "runtime", out_json_text(runtime));
	json_object_array_add(overview->list, object);
}

static void add_bundle(struct overview *overview, const char *path)
{
	struct explained explained CLEANUP_EXPLAINED;
	struct err err = { 0 };
	char *summary CLEANUP_FREE = NULL;
	enum verb_status status;

	overview->count++;
	explain_begin(&explained, overview->node, overview->options, path);
	if (is_of_other_handler(&explained)) {
		add_other(overview, path, explained.runtime);
		return;
	}
	if (explain_bundle(&explained, path, &err) < 0) {
		add_failure(overview, path, &err);
		return;
	}
	status = explained_status(&explained);
	if (status > overview->status)
		overview->status = status;
	if (overview->list) {
		json_object_array_add(overview->list,
				      explain_object(&explained));
		return;
	}
	summary = explain_headline(&explained);
	out_table_add(&overview->table,
		      status == VERB_GOOD ? OUT_PLAIN : OUT_BAD, 2, path,
		      summary ? summary : "out of memory");
}

static bool is_bundle(const char *path)
{
	char *config CLEANUP_FREE = alloc_text("%s/config.json", path);

	return config && access(config, F_OK) == 0;
}

static void visit_entry(struct overview *overview, FTS *tree, FTSENT *entry)
{
	struct err err = { 0 };

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
	    entry->fts_info == FTS_NS) {
		err_set_errno(&err, entry->fts_errno, "cannot be read");
		add_failure(overview, entry->fts_path, &err);
		return;
	}
	if (entry->fts_info != FTS_D)
		return;
	if (is_bundle(entry->fts_path))
		add_bundle(overview, entry->fts_path);
	else if (entry->fts_level < DEPTH_MAX)
		return;
	fts_set(tree, entry, FTS_SKIP);
}

static int compare_entries(const FTSENT **left, const FTSENT **right)
{
	return strverscmp((*left)->fts_name, (*right)->fts_name);
}

static int walk_bundles(struct overview *overview, const char *path,
			struct err *err)
{
	/* fts_open(3) copies the paths. */
	char *roots[] = { (char *)(uintptr_t)path, NULL };
	FTS *tree =
		fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_entries);
	FTSENT *entry;

	if (!tree)
		return err_set_errno(err, errno, "'%s'", path);
	while ((entry = fts_read(tree)))
		visit_entry(overview, tree, entry);
	fts_close(tree);
	return 0;
}

static void overview_begin(struct overview *ret_overview,
			   const struct dryrun_host *node,
			   const struct explain_options *options)
{
	*ret_overview = (struct overview){ .node = node, .options = options };
	if (options->json)
		ret_overview->list = json_object_new_array();
}

/* And frees it. */
static void overview_print(struct overview *overview)
{
	struct json_object *object;

	if (overview->list) {
		object = json_object_new_object();
		json_object_object_add(object, "bundles", overview->list);
		json_object_object_add(
			object, "other_handlers",
			json_object_new_uint64(overview->left_out));
		out_json(object);
	}
	out_table_print(&overview->table);
	out_table_free(&overview->table);
	if (!overview->list && overview->left_out)
		out_line(
			OUT_FAINT,
			"containers of other handlers, left out: %zu (--all-handlers shows them)",
			overview->left_out);
}

enum verb_status explain_all(const struct dryrun_host *node,
			     const struct explain_options *options,
			     struct err *err)
{
	struct overview overview;

	overview_begin(&overview, node, options);
	if (walk_bundles(&overview, options->all, err) < 0)
		overview.status = VERB_ERROR;
	else if (!overview.count && overview.status == VERB_GOOD) {
		err_set(err, "no bundle in '%s'", options->all);
		overview.status = VERB_ERROR;
	}
	overview_print(&overview);
	return overview.status;
}

enum verb_status explain_several(const struct dryrun_host *node,
				 const struct explain_options *options,
				 char **paths)
{
	struct overview overview;

	overview_begin(&overview, node, options);
	for (; *paths; paths++)
		add_bundle(&overview, *paths);
	overview_print(&overview);
	return overview.status;
}
