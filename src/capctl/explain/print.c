/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "bundle/owner.h"
#include "capctl/explain/explain.h"
#include "capctl/out.h"
#include "capctl/process/starter.h"

#define UNTRIED_MAX 3 /* rules that are listed though they were not tried */

/* Where a value comes from. */
static const char *text_source(const struct evaluation *evaluation,
			       enum match_text text)
{
	const char *key = subject_text_key(evaluation->engine, text);

	if (text == MATCH_HANDLER)
		return "the name capruntime is called by";
	if (text == MATCH_ID)
		return "the command line";
	return key ? key : "no trusted annotation";
}

static void add_subject_number(struct out_table *table, const char *key,
			       uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	out_table_add(table, OUT_PLAIN, 3, key, text, "process.user");
	out_table_style(table, 2, OUT_FAINT);
}

static enum match_want flag_of(const struct match_subject *subject, int flag)
{
	if (subject->unknown[flag])
		return MATCH_EITHER;
	return subject->flags[flag] ? MATCH_YES : MATCH_NO;
}

/* The keys that are true, those that are false, or those that are unknown. */
static void add_flags(struct out_table *table, const char *title,
		      const struct match_subject *subject,
		      enum match_want wanted)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;
	struct err ignored;

	for (int i = 0; i < MATCH_FLAG_COUNT; i++) {
		if (flag_of(subject, i) != wanted)
			continue;
		buf_add_str(&buf, buf.len ? ", " : "");
		buf_add_str(&buf, match_flag_key((enum match_flag)i));
	}
	if (buf_take(&buf, &names, NULL, &ignored) < 0)
		table->failed = true;
	else if (*names)
		out_table_add(table, OUT_PLAIN, 2, title, names);
}

static void print_subject(const struct evaluation *evaluation)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };

	if (!evaluation->has_subject)
		return;
	out_line(OUT_STRONG, "who");
	for (int i = 0; i < MATCH_TEXT_COUNT; i++) {
		enum match_text text = (enum match_text)i;
		const char *value = evaluation->subject.texts[i];

		out_table_add(&table, value ? OUT_PLAIN : OUT_FAINT, 3,
			      match_text_key(text), value ? value : "-",
			      text_source(evaluation, text));
		out_table_style(&table, 2, OUT_FAINT);
	}
	for (int i = 0; i < MATCH_NUMBER_COUNT; i++)
		add_subject_number(&table,
				   match_number_key((enum match_number)i),
				   evaluation->subject.numbers[i]);
	out_table_add(&table, OUT_PLAIN, 3, "engine",
		      engine_policy_name(evaluation->engine),
		      "the policy's 'engine'");
	out_table_style(&table, 2, OUT_FAINT);
	add_flags(&table, "is", &evaluation->subject, MATCH_YES);
	add_flags(&table, "is not", &evaluation->subject, MATCH_NO);
	add_flags(&table, "unknown", &evaluation->subject, MATCH_EITHER);
	out_table_print(&table);
}

static void add_trial(struct out_table *table, const struct dryrun *run,
		      const struct policy_rule *rule)
{
	struct explain_trial trial = explain_try(run, rule);
	char text[64];

	if (rule == run->evaluation.forced) {
		out_table_add(table, OUT_GOOD, 2, rule->name,
			      "decides, because of --rule");
	} else if (!trial.tried) {
		out_table_add(table, OUT_FAINT, 2, rule->name, "not tried");
	} else if (!trial.failed) {
		out_table_add(table, OUT_GOOD, 2, rule->name,
			      "matches: decides");
	} else {
		snprintf(text, sizeof(text), "no: '%s' does not match",
			 trial.failed);
		out_table_add(table, OUT_PLAIN, 2, rule->name, text);
	}
}

/* Rules at the end that were not tried are only counted. */
static size_t count_listed(const struct dryrun *run)
{
	const struct policy *policy = run->evaluation.policy;
	size_t count = policy->count;

	while (count && policy->rules + count - 1 != run->evaluation.forced &&
	       !explain_try(run, policy->rules + count - 1).tried)
		count--;
	return count + UNTRIED_MAX < policy->count ? count : policy->count;
}

static void print_rules(const struct dryrun *run)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	const struct policy *policy = run->evaluation.policy;
	size_t listed = count_listed(run);

	if (policy->count)
		out_line(OUT_STRONG, "rules");
	for (size_t i = 0; i < listed; i++)
		add_trial(&table, run, &policy->rules[i]);
	out_table_print(&table);
	if (listed < policy->count)
		out_line(OUT_FAINT, "  %zu%s rules: not tried",
			 policy->count - listed, listed ? " further" : "");
}

static void add_set_rows(struct out_table *table, const char *key,
			 capmask before, capmask after)
{
	char *old CLEANUP_FREE = out_names(before);
	char *new CLEANUP_FREE = out_names(after);

	if (before == after) {
		out_table_add(table, OUT_PLAIN, 3, key, "unchanged", old);
		out_table_style(table, 1, OUT_FAINT);
		return;
	}
	out_table_add(table, OUT_PLAIN, 3, key, "before", old);
	out_table_add(table, OUT_STRONG, 3, "", "after", new);
}

static void print_sets(const struct evaluation *evaluation)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	const struct capsets *before = &evaluation->spec.sets;
	const struct capsets *after =
		evaluation->has_decision ? &evaluation->decision.sets : before;
	bool gains = evaluation->has_decision &&
		     evaluation->decision.no_new_privileges;

	if (!evaluation->spec.has_capabilities)
		return;
	out_line(OUT_STRONG, "sets in config.json");
	for (int i = 0; i < CAPSET_COUNT; i++)
		add_set_rows(&table, capset_key((enum capset_which)i),
			     before->set[i], after->set[i]);
	out_table_add(
		&table, OUT_PLAIN, 3, "no_new_privs",
		gains && !evaluation->spec.no_new_privileges ? "after"
							     : "unchanged",
		gains || evaluation->spec.no_new_privileges ? "yes" : "no");
	out_table_print(&table);
}

static void print_missing(const struct dryrun *run)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	const struct evaluation *evaluation = &run->evaluation;

	if (!evaluation->decision.missing && !evaluation->request.unknown)
		return;
	out_line(OUT_STRONG, "missing");
	for (int bit = 0; bit < 64; bit++) {
		capmask one = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = NULL, *why CLEANUP_FREE = NULL;

		if (!(evaluation->decision.missing & one))
			continue;
		name = out_names(one);
		why = dryrun_why_missing(run, one);
		table.failed |= !why;
		out_table_add(&table, OUT_WARNING, 2, name, why);
	}
	if (evaluation->request.unknown)
		out_table_add(
			&table, OUT_WARNING, 2, evaluation->request.unknown,
			"the pod asks for it, but there is no such capability");
	out_table_print(&table);
}

static void print_notes(const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	bool changed = evaluation_record(evaluation) &&
		       record_is_needed(&evaluation->record);
	struct err in_use;

	if (evaluation->policy->mode == POLICY_AUDIT)
		out_line(OUT_WARNING, DRYRUN_AUDIT_NOTE);
	if (changed && !evaluation->exact)
		out_line(
			OUT_PLAIN,
			"note: config.json is not the file that an earlier run wrote: what a rule took away stays away; 'capctl restore' puts it back ('%s')",
			evaluation->bundle.record_path);
	else if (changed)
		out_line(
			OUT_PLAIN,
			"note: an earlier run changed this bundle; 'before' is what the engine wrote ('%s')",
			evaluation->bundle.record_path);
	if (evaluation_record(evaluation) &&
	    owner_check(&evaluation->record.about, NULL, NULL,
			"another one that changes its files is refused",
			&in_use) < 0)
		out_line(OUT_PLAIN, "note: %s", in_use.text);
	if (evaluation->rule && evaluation->rule->exec)
		out_line(OUT_PLAIN, "note: exec sessions get the same rule");
	else if (dryrun_outcome(run) == DRYRUN_APPLIED)
		out_line(
			OUT_PLAIN,
			"note: exec sessions of engines do not get this: the rule has no 'exec'");
	if (run->node->assumed)
		out_line(OUT_PLAIN,
			 "note: you are not root: the answer is for root");
	if (*run->node->runtime_problem.text)
		out_line(OUT_WARNING, "note: no real runtime: %s",
			 run->node->runtime_problem.text);
	if (evaluation->note)
		out_line(OUT_PLAIN, "note: %s", evaluation->note);
}

static void print_reasons(struct out_table *table, unsigned int why)
{
	for (int i = 0; i < EXECVE_WHY_COUNT; i++)
		if (why & 1U << i)
			out_table_add(table, OUT_PLAIN, 2, "because",
				      execve_why_text((enum execve_why)i));
}

/* The five sets after execve(2), and the effective user if it changes. */
static void print_result(struct out_table *table,
			 const struct entrypoint *entry)
{
	const struct execve_result *result = &entry->result;
	char number[16];

	for (int i = 0; i < CAPSET_COUNT; i++) {
		char *names CLEANUP_FREE = out_names(result->sets.set[i]);

		out_table_add(table,
			      i == CAPSET_EFFECTIVE ? OUT_STRONG : OUT_PLAIN, 2,
			      capset_key((enum capset_which)i), names);
	}
	if (result->euid != entry->task.euid) {
		snprintf(number, sizeof(number), "%u", result->euid);
		out_table_add(table, OUT_WARNING, 2, "effective uid", number);
	}
	print_reasons(table, result->why);
}

static void print_program(const struct explained *explained)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	const struct entrypoint *entry = &explained->entry;

	if (!explained->decided)
		return;
	if (!entry->found) {
		out_line(OUT_STRONG, "what the program will hold");
		out_line(OUT_PLAIN, "  unknown: %s", entry->reason.text);
		return;
	}
	if (entry->path)
		out_line(OUT_STRONG, "what '%s' will hold",
			 entry->interpreter ? entry->interpreter : entry->path);
	else
		out_line(
			OUT_STRONG,
			"what a program without set-ID bits and file capabilities will hold");
	if (explain_unstartable(explained))
		out_line(OUT_BAD, "  nothing: the runtime cannot start it");
	else if (entry->result.refused)
		out_line(OUT_BAD,
			 "  nothing: it cannot be executed, execve fails");
	else
		print_result(&table, entry);
	out_table_print(&table);
}

void explain_print(const struct explained *explained)
{
	const struct dryrun *run = &explained->run;
	char *summary CLEANUP_FREE = explain_headline(explained);

	out_line(explain_is_good(explained) ? OUT_GOOD : OUT_BAD, "%s",
		 summary ? summary : "out of memory");
	print_subject(&run->evaluation);
	print_rules(run);
	print_sets(&run->evaluation);
	print_missing(run);
	print_program(explained);
	for (size_t i = 0; i < explained->warnings.count; i++)
		finding_print_line(&explained->warnings.list[i]);
	print_notes(run);
	if (explained->runtime && !starter_is_capruntime(explained->runtime))
		out_line(
			OUT_WARNING,
			"note: '%s' started this container, not capruntime: this is what capruntime would do",
			explained->runtime);
}
