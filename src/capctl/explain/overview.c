/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "capctl/explain/explain.h"
#include "capctl/out.h"

/* CRI-O's bundles are at ID/userdata, containerd's at NAMESPACE/ID. */
#define DEPTH_MAX 4

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

/* "NAME PATH". The caller frees; NULL: out of memory. */
static char *label_of(const struct who *who, const char *path)
{
	return alloc_text("%s%s%s", who->name ? who->name : "",
			  who->name ? " " : "", path);
}

static struct json_object *bundle_object(const struct who *who,
					 const char *path)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "bundle", out_json_text(path));
	json_object_object_add(object, "identity", who_object(who));
	return object;
}

static void add_row(struct overview *overview, enum out_style style,
		    const struct who *who, const char *path, const char *text)
{
	char *label CLEANUP_FREE = label_of(who, path);

	out_table_add(&overview->table, style, 2, label, text);
	overview->table.failed |= !label || !text;
}

static void add_failure(struct overview *overview, const struct who *who,
			const char *path, const struct err *err)
{
	struct json_object *object;

	overview->status = VERB_ERROR;
	if (!overview->list) {
		add_row(overview, OUT_BAD, who, path, err->text);
		return;
	}
	object = bundle_object(who, path);
	json_object_object_add(object, "error", out_json_text(err->text));
	json_object_array_add(overview->list, object);
}

/* The policy does not apply to it. */
static void add_other(struct overview *overview, const char *path,
		      const struct explained *explained)
{
	struct json_object *object;
	char *text CLEANUP_FREE = NULL;

	if (!overview->options->with_others) {
		overview->left_out++;
		return;
	}
	if (!overview->list) {
		text = alloc_text("started by '%s', not by capruntime",
				  explained->runtime);
		add_row(overview, OUT_FAINT, &explained->who, path, text);
		return;
	}
	object = bundle_object(&explained->who, path);
	json_object_object_add(object, "runtime",
			       out_json_text(explained->runtime));
	json_object_array_add(overview->list, object);
}

static void add_explained(struct overview *overview, const char *path,
			  const struct explained *explained)
{
	enum verb_status status = explained_status(explained);
	char *headline CLEANUP_FREE = NULL;

	if (status > overview->status)
		overview->status = status;
	if (overview->list) {
		json_object_array_add(overview->list,
				      explain_object(explained));
		return;
	}
	headline = explain_headline(explained);
	add_row(overview, status == VERB_GOOD ? OUT_PLAIN : OUT_BAD,
		&explained->who, path, headline);
}

static void add_operand_row(struct overview *overview,
			    const struct bundle_operand *operand)
{
	struct explained explained CLEANUP_EXPLAINED = EXPLAINED_INIT;
	const char *path = operand->path;
	struct err err = operand->problem;

	overview->count++;
	if (!*err.text)
		explain_begin(&explained, overview->node, overview->options,
			      operand);
	if (explained_is_of_other(&explained))
		add_other(overview, path, &explained);
	else if (*err.text || explain_bundle(&explained, path, &err) < 0)
		add_failure(overview, &explained.who, path, &err);
	else
		add_explained(overview, path, &explained);
}

static bool is_bundle(const char *path)
{
	char *config CLEANUP_FREE = alloc_text("%s/config.json", path);

	return config && access(config, F_OK) == 0;
}

static void add_unread_path(struct overview *overview, const char *path)
{
	const struct who nobody = { 0 };
	struct err err;

	err_set_errno(&err, errno, "cannot be read");
	add_failure(overview, &nobody, path, &err);
}

static int is_not_dots(const struct dirent *entry)
{
	return !path_is_dots(entry->d_name);
}

static void walk_bundles(struct overview *overview, const char *path,
			 int depth);

/* One that was removed meanwhile is none. */
static void walk_bundle_entry(struct overview *overview, const char *directory,
			      const char *name, int depth)
{
	char *path CLEANUP_FREE = alloc_path(directory, name);
	struct stat st;

	if (!path)
		out_fail();
	else if (lstat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			walk_bundles(overview, path, depth);
	} else if (errno != ENOENT)
		add_unread_path(overview, path);
}

/* scandir(3) fails where a directory cannot be read to its end. */
static void walk_bundles(struct overview *overview, const char *path, int depth)
{
	const struct bundle_operand operand = { .path = path };
	struct dirent **entries;
	int count;

	if (is_bundle(path)) {
		add_operand_row(overview, &operand);
		return;
	}
	if (depth == DEPTH_MAX)
		return;
	count = scandir(path, &entries, is_not_dots, versionsort);
	if (count < 0 && (errno != ENOENT || !depth))
		add_unread_path(overview, path);
	for (int i = 0; i < count; i++) {
		walk_bundle_entry(overview, path, entries[i]->d_name,
				  depth + 1);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
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
	if (!overview->list && overview->node->policy.mode == POLICY_AUDIT)
		out_line(OUT_WARNING, DRYRUN_AUDIT_NOTE);
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
	walk_bundles(&overview, options->all, 0);
	if (!overview.count && overview.status == VERB_GOOD) {
		err_set(err, "no bundle in '%s'", options->all);
		overview.status = VERB_ERROR;
	}
	overview_print(&overview);
	return overview.status;
}

enum verb_status explain_several(const struct dryrun_host *node,
				 const struct explain_options *options,
				 const struct bundles *bundles)
{
	struct overview overview;

	overview_begin(&overview, node, options);
	for (size_t i = 0; i < bundles->count; i++)
		add_operand_row(&overview, &bundles->list[i]);
	overview_print(&overview);
	return overview.status;
}
