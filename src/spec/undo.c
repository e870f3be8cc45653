/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/undo.h"

#include <string.h>

#include "base/hash.h"
#include "spec/patch.h"
#include "spec/spec.h"
#include "json/scan.h"

const char *record_key(enum record_member member)
{
	static const char *const keys[RECORD_COUNT] = {
		[RECORD_CAPABILITIES] = "capabilities",
		[RECORD_NO_NEW_PRIVILEGES] = "noNewPrivileges",
	};

	return keys[member];
}

/* The text of a member's value; NULL: there is no such member. */
static int copy_member(const struct json_doc *doc, enum record_member member,
		       char **ret_text, struct err *err)
{
	struct json_value value;

	*ret_text = NULL;
	if (!spec_find(doc, record_key(member), &value))
		return 0;
	*ret_text = strndup(doc->text + value.start, value.end - value.start);
	return *ret_text ? 0 : err_set_no_memory(err);
}

/* Compares two capabilities objects as sets; false if one is no object. */
static int equal_capabilities(const char *left, const char *right,
			      bool *ret_equal, struct err *err)
{
	struct json_doc docs[] = {
		{ .name = "", .text = left, .len = strlen(left) },
		{ .name = "", .text = right, .len = strlen(right) }
	};
	char *a CLEANUP_FREE = NULL, *b CLEANUP_FREE = NULL;

	*ret_equal = false;
	if (*left != '{' || *right != '{')
		return 0;
	if (patch_capabilities_value(&docs[0], json_root(&docs[0]), &a, err) <
		    0 ||
	    patch_capabilities_value(&docs[1], json_root(&docs[1]), &b, err) <
		    0)
		return -1;
	*ret_equal = strcmp(a, b) == 0;
	return 0;
}

static int equal_values(enum record_member member, const char *left,
			const char *right, bool *ret_equal, struct err *err)
{
	*ret_equal = left && right ? strcmp(left, right) == 0 : left == right;
	if (*ret_equal || !left || !right || member != RECORD_CAPABILITIES)
		return 0;
	return equal_capabilities(left, right, ret_equal, err);
}

/* Does the member hold a value that we wrote? */
static int is_ours(const struct record *record, enum record_member member,
		   const char *current, bool *ret_ours, struct err *err)
{
	const struct record_field *field;

	*ret_ours = false;
	if (!record || !current)
		return 0;
	field = &record->fields[member];
	for (size_t i = 0; i < field->wrote_count && !*ret_ours; i++)
		if (equal_values(member, current, field->wrote[i], ret_ours,
				 err) < 0)
			return -1;
	return 0;
}

/* Sets or removes these members of process. */
static int edit_process(struct edits *edits, const struct json_doc *doc,
			const struct patch_member *members, size_t count,
			struct err *err)
{
	struct json_value process;

	if (!count)
		return 0;
	if (!spec_find_process(doc, &process))
		return err_set(err, "'%s' has no process object", doc->name);
	return patch_members(edits, doc, process, members, count, err);
}

static struct record_file describe_file_text(const struct pieces *text)
{
	return (struct record_file){
		.length = text->len,
		.digest = hash_words(text),
	};
}

static bool equal_files(const struct record_file *a,
			const struct record_file *b)
{
	return a->length == b->length && a->digest == b->digest;
}

bool undo_is_exact(const struct json_doc *config, const struct record *record)
{
	struct record_file file;

	if (!record || !record->file_count)
		return false;
	file = describe_file_text(PIECES_OF(config->text, config->len));
	for (size_t i = 0; i < record->file_count; i++)
		if (equal_files(&record->files[i], &file))
			return true;
	return false;
}

/* Each set of `current` without what the same set of `was` lacks. */
static int narrow_capabilities(const char *was, const char *current,
			       char **ret_text, struct err *err)
{
	struct json_doc limit = { .name = "", .text = was, .len = strlen(was) };
	struct json_doc doc = { .name = "",
				.text = current,
				.len = strlen(current) };
	struct edits edits CLEANUP_EDITS = { 0 };

	if (patch_capabilities_intersect(&edits, &doc, json_root(&doc), &limit,
					 err) < 0)
		return -1;
	return edits_apply(&edits, &doc, ret_text, NULL, err);
}

/* The narrower of two values of a member; a new text, or `current` itself. */
static int find_narrower(enum record_member member, const char *was,
			 char **current, struct err *err)
{
	char *narrower = NULL;

	if (member == RECORD_CAPABILITIES && *current && was) {
		if (narrow_capabilities(was, *current, &narrower, err) < 0)
			return -1;
	} else if (was && strcmp(was, "true") == 0) {
		narrower = strdup(was);
		if (!narrower)
			return err_set_no_memory(err);
	} else {
		return 0;
	}
	free(*current);
	*current = narrower;
	return 0;
}

/* The values to write; NULL: remove the member. */
struct revert {
	struct patch_member members[RECORD_COUNT];
	size_t count;
	char *narrower[RECORD_COUNT]; /* storage */
};

static void revert_free(struct revert *revert)
{
	for (int i = 0; i < RECORD_COUNT; i++)
		free(revert->narrower[i]);
}

static int revert_member(struct revert *revert, const struct json_doc *config,
			 const struct record *record, enum record_member member,
			 bool exact, struct err *err)
{
	char **current = &revert->narrower[member];
	const char *value;
	bool ours;

	if (copy_member(config, member, current, err) < 0 ||
	    is_ours(record, member, *current, &ours, err) < 0)
		return -1;
	if (!ours)
		return 0;
	value = record->fields[member].was;
	if (!exact) {
		if (find_narrower(member, value, current, err) < 0)
			return -1;
		value = *current;
	}
	revert->members[revert->count++] =
		(struct patch_member){ record_key(member), value };
	return 0;
}

int undo_revert(const struct json_doc *config, const struct record *record,
		bool exact, char **ret_text, size_t *ret_len, struct err *err)
{
	struct revert revert __attribute__((cleanup(revert_free))) = { 0 };
	struct edits edits CLEANUP_EDITS = { 0 };

	for (int i = 0; i < RECORD_COUNT; i++)
		if (revert_member(&revert, config, record,
				  (enum record_member)i, exact, err) < 0)
			return -1;
	if (edit_process(&edits, config, revert.members, revert.count, err) < 0)
		return -1;
	return edits_apply(&edits, config, ret_text, ret_len, err);
}

static int add_wrote(struct record_field *field, const char *value,
		     struct err *err)
{
	char *copy = strdup(value);

	if (!copy)
		return err_set_no_memory(err);
	field->wrote[field->wrote_count++] = copy;
	return 0;
}

/*
 * Makes one member's part of the new record. `base` is its original value,
 * `current` the value in the file, `target` the value to write.
 */
static int make_field(struct record_field *ret_field, const char *base,
		      const char *current, const char *target, bool ours,
		      struct err *err)
{
	bool same = target && current && strcmp(target, current) == 0;

	/* Narrowed already: there is nothing to revert. */
	ours = ours && !(base && strcmp(base, current) == 0);
	ret_field->changed = target || ours;
	if (!ret_field->changed)
		return 0;
	if (base) {
		ret_field->was = strdup(base);
		if (!ret_field->was)
			return err_set_no_memory(err);
	}
	if (target && add_wrote(ret_field, target, err) < 0)
		return -1;
	if (ours && !same)
		return add_wrote(ret_field, current, err);
	return 0;
}

static int make_record(struct record *ret_record, const struct json_doc *config,
		       const struct json_doc *restored,
		       const struct record *old,
		       const struct undo_target *target, struct err *err)
{
	for (int i = 0; i < RECORD_COUNT; i++) {
		enum record_member member = (enum record_member)i;
		char *current CLEANUP_FREE = NULL, *base CLEANUP_FREE = NULL;
		bool ours;

		if (copy_member(config, member, &current, err) < 0 ||
		    copy_member(restored, member, &base, err) < 0 ||
		    is_ours(old, member, current, &ours, err) < 0 ||
		    make_field(&ret_record->fields[member], base, current,
			       target->values[member], ours, err) < 0)
			return -1;
	}
	return 0;
}

/* Without a change of ours there is nothing to recognize. */
static void add_known_files(struct record *record,
			    const struct json_doc *config,
			    const struct record *old,
			    const struct undo_plan *plan)
{
	if (!record_is_needed(record))
		return;
	if (plan->config.count)
		record->files[record->file_count++] =
			describe_file_text(&plan->config);
	if (!plan->config.count || undo_is_exact(config, old))
		record->files[record->file_count++] = describe_file_text(
			PIECES_OF(config->text, config->len));
}

static int plan_config(struct undo_plan *plan, const struct json_doc *config,
		       const struct json_doc *restored,
		       const struct undo_target *target, struct err *err)
{
	struct patch_member members[RECORD_COUNT];
	size_t count = 0;

	for (int i = 0; i < RECORD_COUNT; i++)
		if (target->values[i])
			members[count++] = (struct patch_member){
				record_key((enum record_member)i),
				target->values[i]
			};
	if (!count && restored->text == config->text)
		return 0;
	if (edit_process(&plan->edits, restored, members, count, err) < 0 ||
	    edits_split(&plan->edits, restored, &plan->config, err) < 0)
		return -1;
	if (pieces_equal(&plan->config, config->text, config->len))
		plan->config.count = plan->config.len = 0;
	return 0;
}

static int plan_record(struct undo_plan *plan, const struct json_doc *config,
		       const struct json_doc *restored,
		       const struct record *old, const char *old_text,
		       const struct undo_target *target,
		       const struct record_about *about, struct err *err)
{
	struct record record CLEANUP_RECORD = { 0 };
	char *text CLEANUP_FREE = NULL;
	int status;

	if (make_record(&record, config, restored, old, target, err) < 0)
		return -1;
	add_known_files(&record, config, old, plan);
	record.about = *about;
	status = record_print(&record, &text, err);
	record.about = (struct record_about){ 0 };
	if (status < 0)
		return -1;
	if (strlen(text) > RECORD_MAX)
		return err_set(
			err,
			"'%s': process.capabilities is too large for the record",
			config->name);
	if (!old || strcmp(text, old_text) != 0)
		plan->record = TAKE_PTR(text);
	return 0;
}

static int plan_owner(struct undo_plan *plan, const struct record_about *about,
		      struct err *err)
{
	struct record record = { .about = *about };

	return record_print(&record, &plan->owner, err);
}

static bool has_change(const struct undo_target *target,
		       const struct record_about *about)
{
	bool changes = about->exec;

	for (int i = 0; i < RECORD_COUNT; i++)
		changes = changes || target->values[i];
	return changes;
}

bool undo_prints_record(const struct undo_target *target,
			const struct record_about *about)
{
	return target->names_owner || has_change(target, about);
}

int undo_plan_make(struct undo_plan *ret_plan, const struct json_doc *config,
		   const struct json_doc *restored, const struct record *record,
		   const char *record_text, const struct undo_target *target,
		   const struct record_about *about, struct err *err)
{
	struct undo_plan plan CLEANUP_PLAN = { 0 };
	bool changes = has_change(target, about);

	if (plan_config(&plan, config, restored, target, err) < 0)
		return -1;
	if (changes && plan_record(&plan, config, restored, record, record_text,
				   target, about, err) < 0)
		return -1;
	if (!changes && target->names_owner &&
	    plan_owner(&plan, about, err) < 0)
		return -1;
	plan.remove_record = record && !changes;
	*ret_plan = plan;
	plan = (struct undo_plan){ 0 };
	return 0;
}

void undo_plan_free(struct undo_plan *plan)
{
	free(plan->record);
	free(plan->config.list);
	edits_free(&plan->edits);
	free(plan->owner);
	*plan = (struct undo_plan){ 0 };
}
