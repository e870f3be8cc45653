/* SPDX-License-Identifier: Apache-2.0 */
/* The results of a probe: a list with one entry for each comparison. */
#ifndef CAPRUNTIME_CAPCTL_PROBE_RESULT_H
#define CAPRUNTIME_CAPCTL_PROBE_RESULT_H

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/probe/cases.h"

struct probe_result {
	const struct probe_case *test;
	const char *check; /* "container", "session" or "clean-up" */
	char *expected;
	char *got;
	char *difference; /* as a sentence; NULL: as predicted */
};

struct probe_results {
	struct probe_result *list;
	size_t count;
	size_t size;
};

#define CLEANUP_RESULTS __attribute__((cleanup(results_free)))

struct probe_comparison {
	const struct probe_case *test;
	const char *check;
	const char *expected;
	const char *got; /* NULL: it was not tried */
	bool names_expected; /* the sentence has both texts */
};

/* Copies the texts. */
int results_add(struct probe_results *results,
		const struct probe_comparison *comparison,
		struct err *err) MUST_CHECK;
size_t results_differences(const struct probe_results *results);
void results_free(struct probe_results *results);

#endif
