/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one bundle as texts in memory, and a create in it, which does
 * what create.c does and can be killed between its writes.
 */
#ifndef CAPRUNTIME_BUNDLE_HISTORY_H
#define CAPRUNTIME_BUNDLE_HISTORY_H

#include "base/alloc.h"
#include "policy/decide.h"
#include "spec/patch.h"
#include "spec/spec.h"
#include "spec/undo.h"
#include "tap.h"

struct files {
	char *config;
	char *record; /* NULL: no record */
};

#define CLEANUP_FILES __attribute__((cleanup(files_free)))

static inline void files_free(struct files *files)
{
	free(files->config);
	free(files->record);
}

static inline void put(char **file, const char *text)
{
	free(*file);
	*file = text ? strdup(text) : NULL;
}

struct rule {
	capmask ambient;
	bool no_new_privileges;
	bool exec;
	bool drop_unknown;
	unsigned int name;
};

struct create {
	const struct rule *rule; /* NULL: no rule matches */
	struct json_doc config;
	struct json_doc restored;
	char *restored_text;
	struct record record;
	bool has_record;
	struct spec spec;
	char *capabilities;
	struct undo_plan plan;
};

#define CLEANUP_CREATE __attribute__((cleanup(create_free)))

static inline void create_free(struct create *create)
{
	free(create->restored_text);
	free(create->capabilities);
	spec_free(&create->spec);
	record_free(&create->record);
	undo_plan_free(&create->plan);
}

static inline int read_files(struct create *create, const struct files *files,
			     struct err *err)
{
	struct json_doc doc = { .name = "record",
				.text = files->record,
				.len = 0 };

	create->config = (struct json_doc){ .name = "config.json",
					    .text = files->config,
					    .len = strlen(files->config) };
	create->has_record = files->record;
	if (files->record) {
		doc.len = strlen(files->record);
		if (record_parse(&create->record, &doc, err) < 0)
			return -1;
	}
	if (undo_revert(&create->config, files->record ? &create->record : NULL,
			undo_is_exact(&create->config,
				      files->record ? &create->record : NULL),
			&create->restored_text, &create->restored.len, err) < 0)
		return -1;
	create->restored.name = "config.json";
	create->restored.text = create->restored_text;
	return spec_read(&create->spec, &create->restored, RUNTIME_RUNC, err);
}

static inline int decide_target(struct create *create, struct err *err)
{
	struct policy_rule rule = { .name = (char *)(uintptr_t) "rule",
				    .ambient = create->rule->ambient };
	struct decide_input input = {
		.rule = &rule,
		.has_capabilities = create->spec.has_capabilities,
		.sets = create->spec.sets,
		.limits = { .kernel = capset_known(), .held = capset_known() }
	};
	struct json_value value = create->spec.capabilities;
	struct edits edits CLEANUP_EDITS = { 0 };
	struct decision decision;

	if (decide(&decision, &input, err) < 0)
		return -1;
	if (!decision.touches_sets)
		return 0;
	if (patch_capabilities(&edits, &create->restored, value, &decision.sets,
			       create->rule->drop_unknown, err) < 0)
		return -1;
	if (!edits.count)
		return 0;
	return edits_apply_value(&edits, &create->restored, value,
				 &create->capabilities, NULL, err);
}

static inline int make_plan(struct create *create, const struct files *files,
			    struct err *err)
{
	struct undo_target target = { 0 };
	struct record_about about = { .id = (char *)(uintptr_t) "id" };
	char rule[16] = "";

	if (create->rule && create->spec.has_process) {
		if (decide_target(create, err) < 0)
			return -1;
		target.values[RECORD_CAPABILITIES] = create->capabilities;
		if (create->rule->no_new_privileges &&
		    !create->spec.no_new_privileges)
			target.values[RECORD_NO_NEW_PRIVILEGES] = "true";
		snprintf(rule, sizeof(rule), "rule-%u", create->rule->name);
		about.rule = rule;
		about.wanted = create->rule->ambient;
		about.exec = create->rule->exec;
	}
	return undo_plan_make(&create->plan, &create->config, &create->restored,
			      create->has_record ? &create->record : NULL,
			      files->record, &target, &about, err);
}

/* Applies the plan's three steps until a kill after `writes` of them. */
static inline void carry_out(struct files *files, const struct undo_plan *plan,
			     unsigned int writes)
{
	if (plan->record && writes > 0)
		put(&files->record, plan->record);
	if (plan->config.count && writes > 1) {
		free(files->config);
		files->config = pieces_join(&plan->config);
	}
	if (plan->remove_record && writes > 2)
		put(&files->record, NULL);
}

/* False: refused, and nothing was written. */
static inline bool create(struct files *files, const struct rule *rule,
			  unsigned int writes)
{
	struct create create CLEANUP_CREATE = { .rule = rule };
	struct err err = { 0 };

	if (read_files(&create, files, &err) < 0) {
		CHECK_STR(err.text, "both files can be read");
		return false;
	}
	if (make_plan(&create, files, &err) < 0)
		return false;
	CHECK(!(create.plan.record && create.plan.remove_record));
	carry_out(files, &create.plan, writes);
	return true;
}

#define TO_THE_END 3

/* Properties that hold at any time */

static inline bool gives_back(const struct files *files, const char *engine)
{
	struct files copy CLEANUP_FILES = { 0 };

	put(&copy.config, files->config);
	put(&copy.record, files->record);
	return CHECK(create(&copy, NULL, TO_THE_END)) &&
	       CHECK_STR(copy.config, engine) && CHECK_STR(copy.record, NULL);
}

/* Each member that differs from the engine's is a value in the record. */
static inline bool covers(const struct files *files, const char *engine)
{
	struct json_doc docs[] = {
		{ .name = "",
		  .text = files->config,
		  .len = strlen(files->config) },
		{ .name = "", .text = engine, .len = strlen(engine) }
	};

	for (int i = 0; i < RECORD_COUNT; i++) {
		const char *key = record_key((enum record_member)i);
		struct json_value ours = { 0 }, theirs = { 0 };
		size_t len;

		spec_find(&docs[0], key, &ours);
		spec_find(&docs[1], key, &theirs);
		len = ours.end - ours.start;
		if (len == theirs.end - theirs.start &&
		    memcmp(files->config + ours.start, engine + theirs.start,
			   len) == 0)
			continue;
		if (!CHECK(files->record && strstr(files->record, key)))
			return false;
	}
	return true;
}

/* A create after a long history gives the same as in a new bundle. */
static inline bool is_as_if_fresh(const struct files *files, const char *engine,
				  const struct rule *rule)
{
	struct files fresh CLEANUP_FILES = { 0 };

	put(&fresh.config, engine);
	return CHECK(create(&fresh, rule, TO_THE_END)) &&
	       CHECK_STR(files->config, fresh.config) &&
	       CHECK_STR(files->record, fresh.record);
}

static inline bool is_the_same_again(struct files *files,
				     const struct rule *rule)
{
	struct files before CLEANUP_FILES = { 0 };

	put(&before.config, files->config);
	put(&before.record, files->record);
	return CHECK(create(files, rule, TO_THE_END)) &&
	       CHECK_STR(files->config, before.config) &&
	       CHECK((files->record == NULL) == (before.record == NULL));
}

/* The rule's capabilities are in the file. */
static inline bool is_granted(const struct files *files,
			      const struct rule *rule)
{
	struct json_doc doc = { .name = "config.json",
				.text = files->config,
				.len = strlen(files->config) };
	struct err err = { 0 };
	struct spec spec CLEANUP_SPEC = { 0 };
	capmask raised;

	if (!CHECK(spec_read(&spec, &doc, RUNTIME_RUNC, &err) == 0))
		return false;
	if (!rule || !spec.has_process)
		return true;
	raised = rule->ambient & spec.sets.set[CAPSET_BOUNDING];
	return CHECK((raised & ~spec.sets.set[CAPSET_AMBIENT]) == 0) &&
	       CHECK(spec.no_new_privileges || !rule->no_new_privileges);
}

#endif
