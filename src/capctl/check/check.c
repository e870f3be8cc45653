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

static int print_excerpt(const struct check_source *source,
			 const struct finding *finding, struct err *err)
{
	struct json_doc doc = { .name = source->path,
				.text = source->text,
				.len = source->len };
	char *text CLEANUP_FREE = NULL;
	struct source_excerpt excerpt;

	if (source_excerpt_make(&excerpt, &doc, finding->place.offset,
				WIDTH - INDENT, err) < 0)
		return -1;
	text = excerpt.text;
	out_line(OUT_PLAIN, "%*s%s", INDENT, "", text);
	out_line(finding_level_style(finding->level), "%*s^",
		 INDENT + (int)excerpt.caret, "");
	return 0;
}

static int print_finding(const struct check_report *report,
			 const struct finding *finding, struct err *err)
{
	const struct check_source *source =
		check_report_source(report, finding);

	finding_print_line(finding);
	if (finding->place.line && source && source->text &&
	    print_excerpt(source, finding, err) < 0)
		return -1;
	if (finding->fix)
		out_line(OUT_STRONG, "fix: %s", finding->fix);
	return 0;
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

static struct counted counted_text(size_t count, const char *what)
{
	struct counted result;

	snprintf(result.text, sizeof(result.text), "%zu %s%s", count, what,
		 count == 1 ? "" : "s");
	return result;
}

static void print_summary(const struct check_report *report)
{
	size_t errors = findings_count(&report->findings, FINDING_ERROR);
	size_t warnings = findings_count(&report->findings, FINDING_WARNING);

	if (!report->sources_count) {
		out_line(OUT_GOOD, "no policy: containers start unchanged");
		return;
	}
	out_line(findings_summary_style(&report->findings), "%s, %s%s: %s, %s",
		 counted_text(count_read(report), "file").text,
		 counted_text(report->policy.count, "rule").text,
		 report->policy.mode == POLICY_AUDIT ? ", mode audit" : "",
		 counted_text(errors, "error").text,
		 counted_text(warnings, "warning").text);
}

static int check_print(const struct check_report *report, struct err *err)
{
	for (size_t i = 0; i < report->findings.count; i++)
		if (print_finding(report, &report->findings.list[i], err) < 0)
			return -1;
	print_summary(report);
	return 0;
}

static struct json_object *count_json(size_t count)
{
	return json_object_new_int64((int64_t)count);
}

static struct json_object *files_json(const struct check_report *report)
{
	struct json_object *files = json_object_new_array();

	for (size_t i = 0; i < report->sources_count; i++)
		if (report->sources[i].text)
			json_object_array_add(
				files, out_json_text(report->sources[i].path));
	return files;
}

static void check_print_json(const struct check_report *report)
{
	static const struct finding_key keys[] = {
		{ "severity", FINDING_FIELD_LEVEL },
		{ "code", FINDING_FIELD_CODE },
		{ "file", FINDING_FIELD_FILE },
		{ "line", FINDING_FIELD_LINE },
		{ "column", FINDING_FIELD_COLUMN },
		{ "rule", FINDING_FIELD_TOPIC },
		{ "text", FINDING_FIELD_TEXT },
		{ "fix", FINDING_FIELD_FIX },
	};
	const struct findings *findings = &report->findings;
	struct json_object *object = json_object_new_object();
	const char *mode = policy_mode_name(report->policy.mode);

	json_object_object_add(object, "files", files_json(report));
	json_object_object_add(object, "rules",
			       count_json(report->policy.count));
	json_object_object_add(object, "mode", json_object_new_string(mode));
	json_object_object_add(object, "problems",
			       findings_json(findings, keys, ARRAY_LEN(keys)));
	json_object_object_add(
		object, "errors",
		count_json(findings_count(findings, FINDING_ERROR)));
	json_object_object_add(
		object, "warnings",
		count_json(findings_count(findings, FINDING_WARNING)));
	json_object_object_add(object, "complete",
			       json_object_new_boolean(report->is_complete));
	out_json(object);
}

static enum verb_status check_status(const struct check_report *report,
				     bool strict)
{
	if (!report->is_complete)
		return VERB_ERROR;
	if (findings_count(&report->findings, FINDING_ERROR) ||
	    (strict && findings_count(&report->findings, FINDING_WARNING)))
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
	struct check_report report CLEANUP_CHECK_REPORT = { .is_complete =
								    false };

	if (first < 0)
		return VERB_ERROR;
	if (argc - first > POLICY_FILES_MAX + 1) {
		verb_misuse(err, argv[0], "more than %d files",
			    POLICY_FILES_MAX + 1);
		return VERB_ERROR;
	}
	if (check_report_make(&report, argv + first, (size_t)(argc - first),
			      err) < 0)
		return VERB_ERROR;
	if (options.json)
		check_print_json(&report);
	else if (check_print(&report, err) < 0)
		return VERB_ERROR;
	return check_status(&report, options.strict);
}
