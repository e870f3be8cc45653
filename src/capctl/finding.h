/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found right and wrong, in the order it was looked at: each with
 * the way out. Who prints them, and how, is the verb's.
 */
#ifndef CAPRUNTIME_CAPCTL_FINDING_H
#define CAPRUNTIME_CAPCTL_FINDING_H

#include <stdbool.h>
#include <stddef.h>

enum finding_level {
	FINDING_OK,
	FINDING_WARNING,
	FINDING_ERROR,
	FINDING_UNKNOWN, /* could not be looked at */
	FINDING_LEVEL_COUNT
};

struct finding {
	enum finding_level level;
	const char *topic; /* not owned */
	char *text;
	char *fix; /* NULL: nothing to do */
};

struct findings {
	struct finding *list;
	size_t count;
	bool failed; /* out of memory: some are missing */
};

#define CLEANUP_FINDINGS __attribute__((cleanup(findings_free)))

/* Starts one; the fix of the last one is said with findings_fix(). */
void findings_add(struct findings *findings, enum finding_level level,
		  const char *topic, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void findings_fix(struct findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "ok", "warning", "error", "unknown". */
const char *findings_level_name(enum finding_level level);

size_t findings_count(const struct findings *findings,
		      enum finding_level level);
void findings_free(struct findings *findings);

#endif
