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

static const char *severity(const struct check_finding *finding)
{
	return finding->is_error ? "error" : "warning";
}

static enum out_style style(const struct check_finding *finding)
{
	return finding->is_error ? OUT_BAD : OUT_WARNING;
}

static int print_excerpt(const struct check_source *source,
			 const struct check_finding *finding, struct err *err)
{
	struct json_doc doc = { source->path, source->text, source->len };
	char *text CLEANUP_FREE = NULL;
	struct source_excerpt excerpt;

	if (source_excerpt_make(&excerpt, &doc, finding->place.offset,
				WIDTH - INDENT, err) < 0)
		return -1;
	text = excerpt.text;
	out_line(OUT_PLAIN, "%*s%s", INDENT, "", text);
	out_line(style(finding), "%*s^", INDENT + (int)excerpt.caret, "");
	return 0;
}

static int print_finding(const struct check_report *report,
			 const struct check_finding *finding, struct err *err)
{
	const struct check_source *source = &report->sources[finding->source];

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

static size_t count_read(const struct check_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->sources_count; i++)
		count += report->sources[i].text != NULL;
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

static void print_summary(const struct check_report *report)
{
	enum out_style judgement = report->errors     ? OUT_BAD
				   : report->warnings ? OUT_WARNING
						      : OUT_GOOD;

	if (!report->sources_count) {
		out_line(OUT_GOOD,
			 "no policy: every container starts as it is");
		return;
	}
	out_line(judgement, "%s, %s%s: %s, %s",
		 counted(count_read(report), "file").text,
		 counted(report->policy.count, "rule").text,
		 report->policy.mode == POLICY_AUDIT ? ", mode audit" : "",
		 counted(report->errors, "error").text,
		 counted(report->warnings, "warning").text);
}

static int print(const struct check_report *report, struct err *err)
{
	for (size_t i = 0; i < report->findings_count; i++)
		if (print_finding(report, &report->findings[i], err) < 0)
			return -1;
	print_summary(report);
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

static struct json_object *json_finding(const struct check_report *report,
					const struct check_finding *finding)
{
	struct json_object *object = json_object_new_object();
	const struct check_source *source = &report->sources[finding->source];
	bool placed = finding->place.line;

	add(object, "severity", json_object_new_string(severity(finding)));
	add(object, "code", json_object_new_string(finding->code));
	add(object, "file", out_json_text(source->path));
	add(object, "line", placed ? number(finding->place.line) : NULL);
	add(object, "column", placed ? number(finding->place.column) : NULL);
	add(object, "rule", out_json_text(check_report_rule(report, finding)));
	add(object, "text", out_json_text(finding->text));
	return object;
}

static void print_json(const struct check_report *report)
{
	struct json_object *object = json_object_new_object();
	struct json_object *files = json_object_new_array();
	struct json_object *problems = json_object_new_array();

	for (size_t i = 0; i < report->sources_count; i++)
		if (report->sources[i].text)
			json_object_array_add(
				files, out_json_text(report->sources[i].path));
	for (size_t i = 0; i < report->findings_count; i++)
		json_object_array_add(
			problems, json_finding(report, &report->findings[i]));
	add(object, "files", files);
	add(object, "rules", number(report->policy.count));
	add(object, "mode",
	    json_object_new_string(
		    report->policy.mode == POLICY_AUDIT ? "audit" : "enforce"));
	add(object, "problems", problems);
	add(object, "errors", number(report->errors));
	add(object, "warnings", number(report->warnings));
	add(object, "complete", json_object_new_boolean(report->is_complete));
	out_json(object);
}

static enum verb_status judge(const struct check_report *report, bool strict)
{
	if (!report->is_complete)
		return VERB_TROUBLE;
	if (report->errors || (strict && report->warnings))
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
	struct check_report report CLEANUP_CHECK_REPORT = { .errors = 0 };

	if (first < 0)
		return VERB_TROUBLE;
	if (argc - first > POLICY_FILES_MAX + 1) {
		verb_misuse(err, argv[0], "more than %d files",
			    POLICY_FILES_MAX + 1);
		return VERB_TROUBLE;
	}
	if (check_report_make(&report, argv + first, (size_t)(argc - first),
			      err) < 0)
		return VERB_TROUBLE;
	if (options.json)
		print_json(&report);
	else if (print(&report, err) < 0)
		return VERB_TROUBLE;
	return judge(&report, options.strict);
}
