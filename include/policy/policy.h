/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy: its text in, rules out. Strict: what is not understood is an
 * error with its place. It opens no files (policy_files.h) and decides nothing
 * (decide.h).
 */
#ifndef CAPRUNTIME_POLICY_POLICY_H
#define CAPRUNTIME_POLICY_POLICY_H

#include "caps/set.h"
#include "policy/identity.h"
#include "policy/match.h"
#include "json/check.h"

#define POLICY_FILE_MAX ((size_t)1024 * 1024)
#define POLICY_RULES_MAX 10000
#define POLICY_PATTERNS_MAX 256 /* in one rule */
#define POLICY_NAME_MAX 63

struct lh_table;

struct policy_rule {
	char *name;
	const char *file; /* one of the policy's files */
	struct match match;
	capmask ambient;
	capmask inheritable;
	capmask drop;
	bool drop_others; /* everything but ambient and inheritable */
	bool require;
	bool no_new_privileges;
	bool on_request;
	bool exec; /* exec sessions get the same */
	bool broken; /* there was a problem in it */
	size_t start; /* where its text begins in the file */
	size_t identity_at; /* where it first names an engine's word; 0: never */
};

enum policy_mode { POLICY_ENFORCE, POLICY_AUDIT };
enum policy_log { POLICY_LOG_SYSLOG, POLICY_LOG_NONE, POLICY_LOG_FILE };

struct policy_handler {
	char *name;
	enum engine engine;
};

struct policy {
	struct policy_rule *rules;
	size_t count;
	size_t size;
	struct lh_table *names; /* of the rules; each may be there once */
	char **files;
	size_t files_count;
	enum policy_mode mode;
	enum policy_log log;
	char *log_file;
	bool audit_all;
	bool any_engine;
	enum engine engine; /* of handlers that are not listed */
	struct policy_handler *handlers;
	size_t handlers_count;
};

#define CLEANUP_POLICY __attribute__((cleanup(policy_free)))

#define POLICY_NO_RULE SIZE_MAX

/* What is wrong, and where; lent for the call that tells it. */
struct policy_problem {
	const char *file;
	struct json_place place;
	size_t rule; /* its number in the policy, or POLICY_NO_RULE */
	const char *text;
};

/*
 * What is wrong with one file, in the order of its text; but what an object
 * lacks is told behind what stands in it. `first` is kept; each one, the first
 * included, is also given to `each` where there is one.
 */
struct policy_problems {
	size_t count;
	struct err first;
	void (*each)(void *context, const struct policy_problem *problem);
	void *context;
};

/* policy.json says things for all; a file of policy.d has rules alone. */
enum policy_part { POLICY_MAIN, POLICY_DROP_IN };

/*
 * Adds one file (doc->name) to `policy`, which starts out zeroed; policy.json
 * comes first. Reads on after an error in meaning; an error in syntax ends the
 * file.
 */
void policy_read(struct policy *policy, const struct json_doc *doc,
		 enum policy_part part, struct policy_problems *problems);

void policy_free(struct policy *policy);

/* The first rule that is for this container; NULL: none. */
const struct policy_rule *policy_find(const struct policy *policy,
				      const struct match_subject *subject);

/* Whose annotations say who a container is, called by this handler. */
enum engine policy_engine(const struct policy *policy, const char *handler);

#endif
