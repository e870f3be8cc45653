/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All there is to say of a policy, in the order of its files and their lines:
 * what policy_files.h and policy_lint.h find, with the texts it was found in.
 */
#ifndef CAPRUNTIME_CAPCTL_CHECK_REPORT_H
#define CAPRUNTIME_CAPCTL_CHECK_REPORT_H

#include "policy/files.h"

struct check_source {
	char *path;
	char *text; /* NULL: it was not read */
	size_t len;
	struct json_place place; /* of what was found last */
};

struct check_finding {
	bool is_error;
	bool is_first; /* of the errors: the runtime says this one */
	const char *code; /* "invalid" …, or one of policy_lint.h's */
	size_t source; /* its number */
	struct json_place place; /* line 0: the file as a whole */
	size_t rule; /* its number, or POLICY_NO_RULE */
	char *text;
	size_t number; /* in the order they were found */
};

struct check_report {
	struct policy policy;
	struct check_source *sources;
	size_t sources_count;
	struct check_finding *findings;
	size_t findings_count;
	size_t findings_size;
	size_t errors;
	size_t warnings;
	bool is_complete; /* no file could not be looked at */
	bool is_installed;
	bool failed; /* out of memory */
};

#define CLEANUP_CHECK_REPORT __attribute__((cleanup(check_report_free)))

/*
 * Of the files in `paths`, or of those that rule this node where `count` is 0:
 * see policy_files_examine(). That others can write a file is an error where
 * it rules, else a warning. Of all errors the first is the one that
 * policy_files_load() gives; but for that they stand in the order of the text.
 * Fails when out of memory. To be freed in every case.
 */
int check_report_make(struct check_report *ret_survey, char *const *paths,
		      size_t count, struct err *err) MUST_CHECK;
/* The name of the rule that it is about; NULL: there is none. */
const char *check_report_rule(const struct check_report *report,
			      const struct check_finding *finding);

void check_report_free(struct check_report *report);

#endif
