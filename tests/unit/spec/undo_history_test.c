/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories of one bundle: the engine writes config.json, and creates
 * run under changing policies and are killed between their writes. After any
 * history, a create without a rule restores the bytes that the engine wrote
 * last, and the result of a create depends only on those bytes and the policy.
 * The files are texts in memory; a create does what create.c does.
 *
 * One limit is inherent: a value that the engine writes and that equals one in
 * the record's `wrote` is taken for capruntime's. Therefore each new text has a
 * unique name in its bounding set, and does not set noNewPrivileges to true
 * while a record says that capruntime did.
 *
 * CAPRUNTIME_SOAK=N makes N times as many histories.
 */
#include "config.h"

#include <inttypes.h>

#include "engine_configs.h"
#include "policy/decide.h"
#include "spec/patch.h"
#include "spec/spec.h"
#include "spec/undo.h"
#include "tap.h"

#define HISTORIES 100000

struct files {
	char *config;
	char *record; /* NULL: no record */
};

#define CLEANUP_FILES __attribute__((cleanup(files_free)))

static void files_free(struct files *files)
{
	free(files->config);
	free(files->record);
}

static void put(char **file, const char *text)
{
	free(*file);
	*file = text ? strdup(text) : NULL;
}

static void engine_writes(struct files *files, char **last)
{
	bool ours =
		files->record && strstr(files->record, "\"noNewPrivileges\":{");

	free(*last);
	*last = engine_config(!ours);
	put(&files->config, *last);
}

/* A create */

struct rule {
	capmask ambient;
	bool no_new_privileges;
	bool exec;
	bool drop_unknown;
	unsigned int name;
};

static struct rule random_rule(void)
{
	return (struct rule){
		.ambient = pick(4) ? pick(NAMES_ALL + 1) << 5 | pick(2) : 0,
		.no_new_privileges = pick(3) == 0,
		.exec = pick(4) == 0,
		.drop_unknown = pick(4) == 0,
		.name = pick(3),
	};
}

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

static void create_free(struct create *create)
{
	free(create->restored_text);
	free(create->capabilities);
	spec_free(&create->spec);
	record_free(&create->record);
	undo_plan_free(&create->plan);
}

static int read_files(struct create *create, const struct files *files,
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

static int decide_target(struct create *create, struct err *err)
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

static int make_plan(struct create *create, const struct files *files,
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
static void carry_out(struct files *files, const struct undo_plan *plan,
		      unsigned int writes)
{
	if (plan->record && writes > 0)
		put(&files->record, plan->record);
	if (plan->config && writes > 1)
		put(&files->config, plan->config);
	if (plan->remove_record && writes > 2)
		put(&files->record, NULL);
}

/* False: refused, and nothing was written. */
static bool create(struct files *files, const struct rule *rule,
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

static bool gives_back(const struct files *files, const char *engine)
{
	struct files copy CLEANUP_FILES = { 0 };

	put(&copy.config, files->config);
	put(&copy.record, files->record);
	return CHECK(create(&copy, NULL, TO_THE_END)) &&
	       CHECK_STR(copy.config, engine) && CHECK_STR(copy.record, NULL);
}

/* Each member that differs from the engine's is a value in the record. */
static bool covers(const struct files *files, const char *engine)
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
static bool is_as_if_fresh(const struct files *files, const char *engine,
			   const struct rule *rule)
{
	struct files fresh CLEANUP_FILES = { 0 };

	put(&fresh.config, engine);
	return CHECK(create(&fresh, rule, TO_THE_END)) &&
	       CHECK_STR(files->config, fresh.config) &&
	       CHECK_STR(files->record, fresh.record);
}

static bool is_the_same_again(struct files *files, const struct rule *rule)
{
	struct files before CLEANUP_FILES = { 0 };

	put(&before.config, files->config);
	put(&before.record, files->record);
	return CHECK(create(files, rule, TO_THE_END)) &&
	       CHECK_STR(files->config, before.config) &&
	       CHECK((files->record == NULL) == (before.record == NULL));
}

/* The rule's capabilities are in the file. */
static bool is_granted(const struct files *files, const struct rule *rule)
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

static bool run_create(struct files *files, const char *engine)
{
	struct rule rule = random_rule();
	const struct rule *matching = pick(5) ? &rule : NULL;
	unsigned int writes = pick(6);

	if (!create(files, matching, writes) || writes < TO_THE_END)
		return true;
	return is_granted(files, matching) &&
	       is_the_same_again(files, matching) &&
	       is_as_if_fresh(files, engine, matching);
}

static bool run_step(struct files *files, char **engine)
{
	switch (pick(8)) {
	case 0:
		engine_writes(files, engine);
		return true;
	case 1: /* podman restart: writes the same bytes into the same bundle */
		put(&files->config, *engine);
		return true;
	case 2: /* a new bundle */
		put(&files->record, NULL);
		engine_writes(files, engine);
		return true;
	default:
		return run_create(files, *engine);
	}
}

static bool run_history(void)
{
	struct files files CLEANUP_FILES = { 0 };
	char *engine CLEANUP_FREE = NULL;

	engine_writes(&files, &engine);
	for (unsigned int left = 1 + pick(6); left; left--)
		if (!run_step(&files, &engine) || !covers(&files, engine) ||
		    !gives_back(&files, engine))
			return false;
	return true;
}

static void every_history_gives_back_what_the_engine_wrote(void)
{
	const char *soak = getenv("CAPRUNTIME_SOAK");
	unsigned long times = soak ? strtoul(soak, NULL, 10) : 1;

	printf("# seed %#" PRIx64 ", %lu x %d histories\n", SEED, times,
	       HISTORIES);
	for (unsigned long i = 0; i < times * HISTORIES; i++) {
		uint64_t start = prng.state;

		if (!run_history()) {
			printf("# history %lu, random state %#" PRIx64 "\n", i,
			       start);
			return;
		}
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_history_gives_back_what_the_engine_wrote),
};

TAP_MAIN(tests)
