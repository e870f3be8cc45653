/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/report.h"

#include <string.h>

#include "base/alloc.h"
#include "base/trust.h"
#include "capctl/check/lint.h"
#include "capctl/similar.h"

static const char *const codes[] = {
	[POLICY_INVALID] = "invalid",
	[POLICY_UNTRUSTED] = "untrusted",
	[POLICY_UNUSABLE] = "unusable",
	[POLICY_UNREADABLE] = "unreadable",
};

/* A finding, and what its place in the report depends on. */
struct note {
	struct finding finding;
	size_t source; /* index in report->sources */
	size_t rule; /* index in the policy, or POLICY_NO_RULE */
	size_t number; /* in the order of discovery */
	bool is_first; /* the error that policy_files_load() reports */
};

struct examination {
	struct check_report *report;
	struct note *notes;
	size_t notes_count;
	size_t notes_size;
	bool is_installed;
	bool has_error; /* that policy_files_load() reports */
	bool failed; /* out of memory */
};

/* The index of the source with this path, which is appended if it is new. */
static size_t source_index(struct examination *examination, const char *path)
{
	struct check_report *report = examination->report;
	struct check_source *list = report->sources;
	size_t count = report->sources_count;

	/* An error is in the last source; a warning can be in any. */
	for (size_t i = count; i > 0; i--)
		if (strcmp(list[i - 1].path, path) == 0)
			return i - 1;
	list = reallocarray(list, count + 1, sizeof(*list));
	if (list) {
		report->sources = list;
		list[count] =
			(struct check_source){ .path = strdup(path),
					       .place = JSON_PLACE_START };
	}
	if (!list || !list[count].path) {
		examination->failed = true;
		return SIZE_MAX;
	}
	return report->sources_count++;
}

static void add_note(struct examination *examination, struct note note,
		     const char *text)
{
	struct note *notes =
		alloc_room(examination->notes, examination->notes_count,
			   &examination->notes_size, sizeof(*notes));

	if (notes)
		examination->notes = notes;
	note.finding.text = strdup(text);
	note.number = examination->notes_count;
	if (!notes || !note.finding.text || note.source == SIZE_MAX) {
		examination->failed = true;
		free(note.finding.text);
		free(note.finding.fix);
		return;
	}
	notes[examination->notes_count++] = note;
}

/* The way out, if a known word is near. The caller frees; NULL: there is none. */
static char *suggest_known(const struct policy_unknown *unknown)
{
	struct similar similar = similar_to(unknown->word, unknown->len);
	const char *known = unknown->known;

	if (!known)
		similar_offer_capabilities(&similar);
	while (known && *known) {
		size_t len = strcspn(known, ", ");

		similar_offer(&similar, known, len);
		known += len;
		known += strspn(known, ", ");
	}
	return similar.nearest
		       ? alloc_text("write '%.*s'", (int)similar.nearest_len,
				    similar.nearest)
		       : NULL;
}

static void take_problem(void *context, enum policy_error error,
			 const struct policy_problem *problem)
{
	struct examination *examination = context;
	bool is_error = error != POLICY_UNTRUSTED || examination->is_installed;
	struct note note = {
		.finding = { .level =
				     is_error ? FINDING_ERROR : FINDING_WARNING,
			     .code = codes[error],
			     .place = problem->place },
		.source = source_index(examination, problem->file),
		.rule = problem->rule,
	};

	note.is_first = is_error && !examination->has_error;
	examination->has_error |= is_error;
	if (error == POLICY_UNREADABLE)
		examination->report->is_complete = false;
	note.finding.fix = suggest_known(&problem->unknown);
	add_note(examination, note, problem->text);
}

static void take_checked_file(void *context, const char *path, char *text,
			      size_t len)
{
	struct examination *examination = context;
	size_t index = source_index(examination, path);
	struct check_source *source = examination->report->sources + index;

	/* The command line can name a file twice. */
	if (index == SIZE_MAX || source->text) {
		free(text);
		return;
	}
	source->text = text;
	source->len = len;
}

static struct json_place warning_place(struct check_source *source,
				       const struct policy_rule *rule,
				       const struct lint_location *location)
{
	struct json_doc doc = { .name = source->path,
				.text = source->text,
				.len = source->len };

	json_place_move(&doc, &source->place,
			lint_locate(location, rule, &doc));
	return source->place;
}

static void take_warning(void *context, const struct lint_warning *warning)
{
	struct examination *examination = context;
	struct check_report *report = examination->report;
	struct note note = {
		.finding = { .level = lint_is_error(warning->lint)
					      ? FINDING_ERROR
					      : FINDING_WARNING,
			     .code = lint_code(warning->lint) },
		.rule = warning->rule,
	};
	const struct policy_rule *rule;

	if (warning->rule != POLICY_NO_RULE) {
		rule = &report->policy.rules[warning->rule];
		note.source = source_index(examination, rule->file);
		if (note.source != SIZE_MAX)
			note.finding.place =
				warning_place(&report->sources[note.source],
					      rule, &warning->location);
	}
	add_note(examination, note, warning->text);
}

/* A missing or unreadable path is another machine's. */
static void examine_audit(struct examination *examination)
{
	const struct policy *policy = &examination->report->policy;
	struct note note = {
		.finding = { .level = FINDING_WARNING,
			     .code = codes[POLICY_UNTRUSTED] },
		.rule = POLICY_NO_RULE,
	};
	char *text CLEANUP_FREE = NULL;
	struct err cause;

	if (policy->log != POLICY_LOG_FILE ||
	    trust_check_log(policy->log_file, &cause) == 0 || cause.number)
		return;
	text = alloc_text("audit: %s; the log goes to syslog", cause.text);
	if (text)
		add_note(examination, note, text);
	else
		examination->failed = true;
}

static int compare_sizes(size_t left, size_t right)
{
	return (left > right) - (left < right);
}

/* A file as a whole, the error that refuses the policy, then by place. */
static int compare_notes(const void *left, const void *right)
{
	const struct note *a = left, *b = right;
	const struct json_place *at = &a->finding.place;
	const struct json_place *other = &b->finding.place;
	int order = compare_sizes(a->source, b->source);

	if (order == 0)
		order = compare_sizes(at->line != 0, other->line != 0);
	if (order == 0)
		order = compare_sizes(!a->is_first, !b->is_first);
	if (order == 0)
		order = compare_sizes(at->line, other->line);
	if (order == 0)
		order = compare_sizes(at->column, other->column);
	return order ? order : compare_sizes(a->number, b->number);
}

static void sort_notes(struct examination *examination)
{
	struct note *notes = examination->notes;

	if (examination->notes_count)
		qsort(notes, examination->notes_count, sizeof(*notes),
		      compare_notes);
}

/* Moves the notes into the report. The sources and rules do not move again. */
static void report_notes(struct examination *examination)
{
	struct check_report *report = examination->report;

	for (size_t i = 0; i < examination->notes_count; i++) {
		const struct note *note = &examination->notes[i];
		struct finding finding = note->finding;

		if (note->source < report->sources_count)
			finding.file = report->sources[note->source].path;
		if (note->rule != POLICY_NO_RULE)
			finding.topic = report->policy.rules[note->rule].name;
		findings_take(&report->findings, finding);
	}
	free(examination->notes);
}

int check_report_make(struct check_report *ret_report, char *const *paths,
		      size_t count, struct err *err)
{
	struct examination examination = { .report = ret_report,
					   .is_installed = !count };
	struct policy_listener listener = { take_problem, take_checked_file,
					    &examination };

	*ret_report = (struct check_report){ .is_complete = true };
	policy_files_examine(&ret_report->policy, paths, count, &listener);
	examine_audit(&examination);
	if (!examination.failed)
		lint_policy(&ret_report->policy, LINT_WORK_MAX, take_warning,
			    &examination);
	sort_notes(&examination);
	report_notes(&examination);
	ret_report->findings.failed |= examination.failed;
	return findings_check(&ret_report->findings, err);
}

const struct check_source *
check_report_source(const struct check_report *report,
		    const struct finding *finding)
{
	for (size_t i = 0; i < report->sources_count; i++)
		if (report->sources[i].path == finding->file)
			return &report->sources[i];
	return NULL;
}

void check_report_free(struct check_report *report)
{
	for (size_t i = 0; i < report->sources_count; i++) {
		free(report->sources[i].path);
		free(report->sources[i].text);
	}
	free(report->sources);
	findings_free(&report->findings);
	policy_free(&report->policy);
	*report = (struct check_report){ 0 };
}
