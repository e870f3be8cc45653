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
static size_t source_number(struct policy_survey *survey, const char *path)
{
	struct policy_source *list = survey->sources;
	size_t count = survey->sources_count;

	/* The last one, but for warnings. */
	for (size_t i = count; i > 0; i--)
		if (strcmp(list[i - 1].path, path) == 0)
			return i - 1;
	list = reallocarray(list, count + 1, sizeof(*list));
	if (list) {
		survey->sources = list;
		list[count] =
			(struct policy_source){ .path = strdup(path),
						.place = JSON_PLACE_START };
	}
	if (!list || !list[count].path) {
		survey->failed = true;
		return SIZE_MAX;
	}
	return survey->sources_count++;
}

static void add_finding(struct policy_survey *survey,
			struct policy_finding finding, const char *text)
{
	struct policy_finding *list =
		alloc_room(survey->findings, survey->findings_count,
			   &survey->findings_size, sizeof(*list));

	finding.text = strdup(text);
	finding.number = survey->findings_count;
	if (list)
		survey->findings = list;
	if (!list || !finding.text || finding.source == SIZE_MAX) {
		survey->failed = true;
		free(finding.text);
		return;
	}
	list[survey->findings_count++] = finding;
	if (finding.is_error)
		survey->errors++;
	else
		survey->warnings++;
}

static void take_problem(void *context, enum policy_trouble trouble,
			 const struct policy_problem *problem)
{
	struct policy_survey *survey = context;
	struct policy_finding finding = {
		.is_error = trouble != POLICY_UNTRUSTED || survey->is_installed,
		.code = codes[trouble],
		.source = source_number(survey, problem->file),
		.place = problem->place,
		.rule = problem->rule,
	};

	if (trouble == POLICY_UNREADABLE)
		survey->is_complete = false;
	add_finding(survey, finding, problem->text);
}

static void take_file(void *context, const char *path, char *text, size_t len)
{
	struct policy_survey *survey = context;
	size_t number = source_number(survey, path);
	struct policy_source *source = survey->sources + number;

	/* The same file twice, on the command line. */
	if (number == SIZE_MAX || source->text) {
		free(text);
		return;
	}
	source->text = text;
	source->len = len;
}

static struct json_place place_of(struct policy_source *source,
				  const struct policy_rule *rule,
				  const struct policy_spot *spot)
{
	struct json_doc doc = { source->path, source->text, source->len };

	json_place_move(&doc, &source->place,
			policy_spot_find(spot, rule, &doc));
	return source->place;
}

static void take_warning(void *context, const struct policy_warning *warning)
{
	struct policy_survey *survey = context;
	struct policy_finding finding = {
		.code = policy_lint_code(warning->lint),
		.rule = warning->rule,
	};
	const struct policy_rule *rule;

	if (warning->rule != POLICY_NO_RULE) {
		rule = &survey->policy.rules[warning->rule];
		finding.source = source_number(survey, rule->file);
		finding.place = place_of(&survey->sources[finding.source], rule,
					 &warning->spot);
	}
	add_finding(survey, finding, warning->text);
}

static int compare_sizes(size_t left, size_t right)
{
	return (left > right) - (left < right);
}

/* A file as a whole, the error that would refuse, then by place. */
static int compare(const void *left, const void *right)
{
	const struct policy_finding *a = left, *b = right;
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

static void sort(struct policy_survey *survey)
{
	for (size_t i = 0; i < survey->findings_count; i++) {
		survey->findings[i].is_first = survey->findings[i].is_error;
		if (survey->findings[i].is_error)
			break;
	}
	if (survey->findings_count)
		qsort(survey->findings, survey->findings_count,
		      sizeof(*survey->findings), compare);
}

int policy_survey_make(struct policy_survey *ret_survey, char *const *paths,
		       size_t count, struct err *err)
{
	struct policy_listener listener = { take_problem, take_file,
					    ret_survey };

	*ret_survey = (struct policy_survey){ .is_complete = true,
					      .is_installed = !count };
	policy_files_examine(&ret_survey->policy, paths, count, &listener);
	if (!ret_survey->failed)
		policy_lint(&ret_survey->policy, POLICY_LINT_WORK, take_warning,
			    ret_survey);
	if (ret_survey->failed)
		return err_set(err, "out of memory");
	sort(ret_survey);
	return 0;
}

const char *policy_survey_rule(const struct policy_survey *survey,
			       const struct policy_finding *finding)
{
	return finding->rule == POLICY_NO_RULE
		       ? NULL
		       : survey->policy.rules[finding->rule].name;
}

void policy_survey_free(struct policy_survey *survey)
{
	for (size_t i = 0; i < survey->sources_count; i++) {
		free(survey->sources[i].path);
		free(survey->sources[i].text);
	}
	free(survey->sources);
	for (size_t i = 0; i < survey->findings_count; i++)
		free(survey->findings[i].text);
	free(survey->findings);
	policy_free(&survey->policy);
	*survey = (struct policy_survey){ 0 };
}
