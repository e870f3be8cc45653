/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy: its text in, rules out. Strict: what is not understood is an
 * error with its place. It opens no files (policy_files.h) and decides nothing
 * (decide.h).
 */
#ifndef CAPRUNTIME_POLICY_H
#define CAPRUNTIME_POLICY_H

#include "capset.h"
#include "json_check.h"
#include "match.h"

#define POLICY_FILE_MAX ((size_t)1024 * 1024)
#define POLICY_RULES_MAX 10000
#define POLICY_PATTERNS_MAX 256 /* in one rule */
#define POLICY_NAME_MAX 63

struct lh_table;

struct policy_rule {
	char *name;
	struct match match;
	capmask ambient;
	bool require;
};

struct policy {
	struct policy_rule *rules;
	size_t count;
	size_t size;
	struct lh_table *names; /* of the rules; each may be there once */
};

#define CLEANUP_POLICY __attribute__((cleanup(policy_free)))

/*
 * What is wrong with a policy, in the order of its text. `first` is kept; each
 * one, the first included, is also given to `each` where there is one.
 */
struct policy_problems {
	size_t count;
	struct err first;
	void (*each)(void *context, const char *text);
	void *context;
};

/*
 * Adds the rules of one file (doc->name) to `policy`, which starts out zeroed.
 * Reads on after an error in meaning; an error in syntax ends the file.
 */
void policy_read(struct policy *policy, const struct json_doc *doc,
		 struct policy_problems *problems);

void policy_free(struct policy *policy);

/* The first rule that is for this container; NULL: none. */
const struct policy_rule *policy_find(const struct policy *policy,
				      const struct match_subject *subject);

#endif
