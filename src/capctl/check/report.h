/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All findings about a policy (errors from policy/files.h, warnings from
 * check/lint.h), sorted by file and line, with the texts of the files.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_REPORT_H
#define CAPRUNTIME_CAPCTL_CHECK_REPORT_H

#include "capctl/finding.h"
#include "policy/files.h"

struct check_source {
	char *path;
	char *text; /* NULL: it was not read */
	size_t len;
	struct json_place place; /* of the last warning */
};

struct check_report {
	struct policy policy;
	struct check_source *sources;
	size_t sources_count;
	struct findings findings; /* topic: the name of the rule */
	bool is_complete; /* every file could be read */
};

#define CLEANUP_CHECK_REPORT __attribute__((cleanup(check_report_free)))

/*
 * Examines the files in `paths`, or with a `count` of 0 the installed ones; see
 * policy_files_examine(). A file that others can write is an error if it is
 * installed, else a warning. The first error that policy_files_load() would
 * report comes before the other findings of its file. -1: out of memory. The
 * caller frees the report, also on -1.
 */
int check_report_make(struct check_report *ret_report, char *const *paths,
		      size_t count, struct err *err) MUST_CHECK;
/* The file that the finding is in; NULL: it is in none. */
const struct check_source *
check_report_source(const struct check_report *report,
		    const struct finding *finding);

void check_report_free(struct check_report *report);

#endif
