/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verb.h"

#include <json-c/json.h>
#include <stdio.h>

#include "capctl/check/excerpt.h"
#include "capctl/check/report.h"
#include "capctl/out.h"

#define WIDTH 80
#define INDENT 4

struct options {
	bool strict;
	bool json;
};

static const char *severity(const struct policy_finding *finding)
{
	return finding->is_error ? "error" : "warning";
}

static enum out_style style(const struct policy_finding *finding)
{
	return finding->is_error ? OUT_BAD : OUT_WARNING;
}

static int print_excerpt(const struct policy_source *source,
			 const struct policy_finding *finding, struct err *err)
{
	struct json_doc doc = { source->path, source->text, source->len };
	char *text CLEANUP_FREE = NULL;
	struct excerpt excerpt;

	if (excerpt_make(&excerpt, &doc, finding->place.offset, WIDTH - INDENT,
			 err) < 0)
		return -1;
	text = excerpt.text;
	out_line(OUT_PLAIN, "%*s%s", INDENT, "", text);
	out_line(style(finding), "%*s^", INDENT + (int)excerpt.caret, "");
	return 0;
}

static int print_finding(const struct policy_survey *survey,
			 const struct policy_finding *finding, struct err *err)
{
	const struct policy_source *source = &survey->sources[finding->source];

	if (!finding->place.line) {
		out_line(style(finding), "%s: %s", severity(finding),
			 finding->text);
		return 0;
	}
	out_line(style(finding), "%s:%zu:%zu: %s: %s", source->path,
		 finding->place.line, finding->place.column, severity(finding),
		 finding->text);
	return source->text ? print_excerpt(source, finding, err) : 0;
}

static size_t count_read(const struct policy_survey *survey)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->sources_count; i++)
		count += survey->sources[i].text != NULL;
	return count;
}

/* "1 file", "2 files" */
struct counted {
	char text[48];
};

static struct counted counted(size_t count, const char *what)
{
	struct counted result;

	snprintf(result.text, sizeof(result.text), "%zu %s%s", count, what,
		 count == 1 ? "" : "s");
	return result;
}

static void print_summary(const struct policy_survey *survey)
{
	enum out_style judgement = survey->errors     ? OUT_BAD
				   : survey->warnings ? OUT_WARNING
						      : OUT_GOOD;

	if (!survey->sources_count) {
		out_line(OUT_GOOD,
			 "no policy: every container starts as it is");
		return;
	}
	out_line(judgement, "%s, %s%s: %s, %s",
		 counted(count_read(survey), "file").text,
		 counted(survey->policy.count, "rule").text,
		 survey->policy.mode == POLICY_AUDIT ? ", mode audit" : "",
		 counted(survey->errors, "error").text,
		 counted(survey->warnings, "warning").text);
}

static int print(const struct policy_survey *survey, struct err *err)
{
	for (size_t i = 0; i < survey->findings_count; i++)
		if (print_finding(survey, &survey->findings[i], err) < 0)
			return -1;
	print_summary(survey);
	return 0;
}

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *number(size_t value)
{
	return json_object_new_int64((int64_t)value);
}

static struct json_object *json_finding(const struct policy_survey *survey,
					const struct policy_finding *finding)
{
	struct json_object *object = json_object_new_object();
	const struct policy_source *source = &survey->sources[finding->source];
	bool placed = finding->place.line;

	add(object, "severity", json_object_new_string(severity(finding)));
	add(object, "code", json_object_new_string(finding->code));
	add(object, "file", out_json_text(source->path));
	add(object, "line", placed ? number(finding->place.line) : NULL);
	add(object, "column", placed ? number(finding->place.column) : NULL);
	add(object, "rule", out_json_text(policy_survey_rule(survey, finding)));
	add(object, "text", out_json_text(finding->text));
	return object;
}

static void print_json(const struct policy_survey *survey)
{
	struct json_object *object = json_object_new_object();
	struct json_object *files = json_object_new_array();
	struct json_object *problems = json_object_new_array();

	for (size_t i = 0; i < survey->sources_count; i++)
		if (survey->sources[i].text)
			json_object_array_add(
				files, out_json_text(survey->sources[i].path));
	for (size_t i = 0; i < survey->findings_count; i++)
		json_object_array_add(
			problems, json_finding(survey, &survey->findings[i]));
	add(object, "files", files);
	add(object, "rules", number(survey->policy.count));
	add(object, "mode",
	    json_object_new_string(
		    survey->policy.mode == POLICY_AUDIT ? "audit" : "enforce"));
	add(object, "problems", problems);
	add(object, "errors", number(survey->errors));
	add(object, "warnings", number(survey->warnings));
	add(object, "complete", json_object_new_boolean(survey->is_complete));
	out_json(object);
}

static enum verb_status judge(const struct policy_survey *survey, bool strict)
{
	if (!survey->is_complete)
		return VERB_TROUBLE;
	if (survey->errors || (strict && survey->warnings))
		return VERB_FINDINGS;
	return VERB_GOOD;
}

enum verb_status verb_check(int argc, char **argv, struct err *err)
{
	struct options options = { 0 };
	const struct verb_option known[] = {
		{ "strict", .flag = &options.strict },
		{ "json", .flag = &options.json },
	};
	int first = verb_parse(argc, argv, known, ARRAY_LEN(known), err);
	struct policy_survey survey CLEANUP_SURVEY = { .errors = 0 };

	if (first < 0)
		return VERB_TROUBLE;
	if (argc - first > POLICY_FILES_MAX + 1) {
		verb_misuse(err, argv[0], "more than %d files",
			    POLICY_FILES_MAX + 1);
		return VERB_TROUBLE;
	}
	if (policy_survey_make(&survey, argv + first, (size_t)(argc - first),
			       err) < 0)
		return VERB_TROUBLE;
	if (options.json)
		print_json(&survey);
	else if (print(&survey, err) < 0)
		return VERB_TROUBLE;
	return judge(&survey, options.strict);
}
