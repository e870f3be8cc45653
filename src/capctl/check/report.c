/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/report.h"

#include <string.h>

#include "base/alloc.h"
#include "capctl/check/lint.h"

static const char *const codes[] = {
	[POLICY_INVALID] = "invalid",
	[POLICY_UNTRUSTED] = "untrusted",
	[POLICY_UNUSABLE] = "unusable",
	[POLICY_UNREADABLE] = "unreadable",
};

/* The number of the source by that path, which is added where it is new. */
static size_t source_number(struct check_report *report, const char *path)
{
	struct check_source *list = report->sources;
	size_t count = report->sources_count;

	/* The last one, but for warnings. */
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
		report->failed = true;
		return SIZE_MAX;
	}
	return report->sources_count++;
}

static void add_finding(struct check_report *report,
			struct check_finding finding, const char *text)
{
	struct check_finding *list =
		alloc_room(report->findings, report->findings_count,
			   &report->findings_size, sizeof(*list));

	finding.text = strdup(text);
	finding.number = report->findings_count;
	if (list)
		report->findings = list;
	if (!list || !finding.text || finding.source == SIZE_MAX) {
		report->failed = true;
		free(finding.text);
		return;
	}
	list[report->findings_count++] = finding;
	if (finding.is_error)
		report->errors++;
	else
		report->warnings++;
}

static void take_problem(void *context, enum policy_error trouble,
			 const struct policy_problem *problem)
{
	struct check_report *report = context;
	struct check_finding finding = {
		.is_error = trouble != POLICY_UNTRUSTED || report->is_installed,
		.code = codes[trouble],
		.source = source_number(report, problem->file),
		.place = problem->place,
		.rule = problem->rule,
	};

	if (trouble == POLICY_UNREADABLE)
		report->is_complete = false;
	add_finding(report, finding, problem->text);
}

static void take_file(void *context, const char *path, char *text, size_t len)
{
	struct check_report *report = context;
	size_t number = source_number(report, path);
	struct check_source *source = report->sources + number;

	/* The same file twice, on the command line. */
	if (number == SIZE_MAX || source->text) {
		free(text);
		return;
	}
	source->text = text;
	source->len = len;
}

static struct json_place place_of(struct check_source *source,
				  const struct policy_rule *rule,
				  const struct lint_location *location)
{
	struct json_doc doc = { source->path, source->text, source->len };

	json_place_move(&doc, &source->place,
			lint_locate(location, rule, &doc));
	return source->place;
}

static void take_warning(void *context, const struct lint_warning *warning)
{
	struct check_report *report = context;
	struct check_finding finding = {
		.code = lint_code(warning->lint),
		.rule = warning->rule,
	};
	const struct policy_rule *rule;

	if (warning->rule != POLICY_NO_RULE) {
		rule = &report->policy.rules[warning->rule];
		finding.source = source_number(report, rule->file);
		finding.place = place_of(&report->sources[finding.source], rule,
					 &warning->location);
	}
	add_finding(report, finding, warning->text);
}

static int compare_sizes(size_t left, size_t right)
{
	return (left > right) - (left < right);
}

/* A file as a whole, the error that would refuse, then by place. */
static int compare(const void *left, const void *right)
{
	const struct check_finding *a = left, *b = right;
	int order = compare_sizes(a->source, b->source);

	if (order == 0)
		order = compare_sizes(a->place.line != 0, b->place.line != 0);
	if (order == 0)
		order = compare_sizes(!a->is_first, !b->is_first);
	if (order == 0)
		order = compare_sizes(a->place.line, b->place.line);
	if (order == 0)
		order = compare_sizes(a->place.column, b->place.column);
	return order ? order : compare_sizes(a->number, b->number);
}

static void sort(struct check_report *report)
{
	for (size_t i = 0; i < report->findings_count; i++) {
		report->findings[i].is_first = report->findings[i].is_error;
		if (report->findings[i].is_error)
			break;
	}
	if (report->findings_count)
		qsort(report->findings, report->findings_count,
		      sizeof(*report->findings), compare);
}

int check_report_make(struct check_report *ret_survey, char *const *paths,
		      size_t count, struct err *err)
{
	struct policy_listener listener = { take_problem, take_file,
					    ret_survey };

	*ret_survey = (struct check_report){ .is_complete = true,
					     .is_installed = !count };
	policy_files_examine(&ret_survey->policy, paths, count, &listener);
	if (!ret_survey->failed)
		lint_policy(&ret_survey->policy, LINT_WORK_MAX, take_warning,
			    ret_survey);
	if (ret_survey->failed)
		return err_set(err, "out of memory");
	sort(ret_survey);
	return 0;
}

const char *check_report_rule(const struct check_report *report,
			      const struct check_finding *finding)
{
	return finding->rule == POLICY_NO_RULE
		       ? NULL
		       : report->policy.rules[finding->rule].name;
}

void check_report_free(struct check_report *report)
{
	for (size_t i = 0; i < report->sources_count; i++) {
		free(report->sources[i].path);
		free(report->sources[i].text);
	}
	free(report->sources);
	for (size_t i = 0; i < report->findings_count; i++)
		free(report->findings[i].text);
	free(report->findings);
	policy_free(&report->policy);
	*report = (struct check_report){ 0 };
}
