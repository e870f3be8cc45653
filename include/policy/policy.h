/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy in memory: its rules and settings, and which rule applies to a
 * container. policy/parse.h reads its text, policy/files.h opens its files,
 * policy/decide.h applies a rule.
 */
#ifndef CAPRUNTIME_POLICY_POLICY_H
#define CAPRUNTIME_POLICY_POLICY_H

#include "base/arena.h"
#include "caps/set.h"
#include "policy/identity.h"
#include "policy/match.h"
#include "json/check.h"

#define POLICY_FILE_MAX ((size_t)1024 * 1024)
#define POLICY_RULES_MAX 10000
#define POLICY_PATTERNS_MAX 256 /* in one rule */
#define POLICY_NAME_MAX 63
#define POLICY_NAME_CHAINS 256

struct policy_rule {
	const char *name;
	uint32_t name_hash;
	uint32_t name_next; /* in a chain; see struct policy */
	const char *file; /* one of the policy's files */
	struct match match;
	capmask ambient;
	capmask inheritable;
	capmask drop;
	bool drop_others; /* everything but ambient and inheritable */
	bool require;
	bool no_new_privileges;
	bool on_request;
	bool exec; /* applies to exec sessions too */
	bool restore; /* permits to start a checkpoint as this container */
	bool broken; /* it has a problem */
	size_t start; /* where its text begins in the file */
	size_t identity_at; /* its first key that needs an engine; 0: none */
};

enum policy_mode { POLICY_ENFORCE, POLICY_AUDIT };

/* As policy.json spells it. */
static inline const char *policy_mode_name(enum policy_mode mode)
{
	return mode == POLICY_AUDIT ? "audit" : "enforce";
}

enum policy_log { POLICY_LOG_SYSLOG, POLICY_LOG_NONE, POLICY_LOG_FILE };

struct policy_handler {
	const char *name;
	enum engine engine;
};

struct policy {
	struct arena memory; /* of names, patterns and all else that is text */
	struct policy_rule *rules;
	size_t count;
	/* By the hash of a name: one more than the first rule's index; 0: none. */
	uint32_t name_chains[POLICY_NAME_CHAINS];
	const char **files;
	size_t files_count;
	enum policy_mode mode;
	enum policy_log log;
	const char *log_file;
	bool audit_all;
	capmask above_ceiling; /* what no rule may raise; 0: no ceiling */
	bool asks_flag[MATCH_FLAG_COUNT]; /* in some rule's match */
	bool any_engine;
	enum engine engine; /* of handlers that are not listed */
	struct policy_handler *handlers;
	size_t handlers_count;
};

#define CLEANUP_POLICY __attribute__((cleanup(policy_free)))

/* policy.json has settings and rules, a file of policy.d only rules. */
enum policy_part { POLICY_MAIN, POLICY_DROP_IN };

void policy_free(struct policy *policy);

/* The first rule that matches this container; NULL: none. */
const struct policy_rule *policy_find(const struct policy *policy,
				      const struct match_subject *subject);

/* Could a rule match another container in the same bundle? */
bool policy_may_match_other(const struct policy *policy,
			    const struct match_subject *subject);

/* The engine whose annotations identify containers of this handler. */
enum engine policy_engine(const struct policy *policy, const char *handler);

#endif
