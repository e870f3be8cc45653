/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the values of a policy: members by a table of known keys, and the types
 * of values that occur more than once. Every problem has a place in the text;
 * reading continues after it. It knows no key of the policy itself.
 */
#ifndef CAPRUNTIME_POLICY_READER_H
#define CAPRUNTIME_POLICY_READER_H

#include "policy/policy.h"
#include "policy/problems.h"
#include "json/read.h"

struct policy_reader {
	struct json_reader json;
	struct policy *policy;
	struct policy_problems *problems;
	const char *key; /* of the value being read; NULL in a list */
	struct policy_rule *rule; /* the one being read; NULL: none */
	struct policy_unknown unknown; /* of the next problem */
	struct json_place place; /* of the last problem; the next is near */
	size_t patterns; /* in the rule so far */
	size_t name_start; /* the rule's name in the text */
	size_t drop_start; /* the rule's drop list */
	enum policy_part part;
};

/* Problems go to `problems`. The reader must not be moved afterwards. */
void policy_reader_init(struct policy_reader *reader,
			const struct json_doc *doc, struct policy *policy,
			struct policy_problems *problems);

/* `read` gets `which`, so that keys of one type can share a function. */
struct policy_key {
	const char *name;
	bool required;
	void (*read)(struct policy_reader *reader, struct json_value value,
		     int which);
	int which;
};

#define policy_problem(reader, offset, ...)                                    \
	json_fail(&(reader)->json, offset, __VA_ARGS__)

/*
 * `what` names the object in messages: "a rule". At most 32 keys. True when
 * there was an unknown key, which can be a misspelt one.
 */
bool policy_read_members(struct policy_reader *reader, struct json_value object,
			 const struct policy_key *keys, size_t count,
			 const char *what);

/* False, after a problem, when `value` has another type. */
bool policy_want(const struct policy_reader *reader, struct json_value value,
		 unsigned int kinds);

void policy_no_memory(const struct policy_reader *reader, size_t offset);

/* At least as many as `value` has elements or members, and one. */
size_t policy_count(const struct policy_reader *reader,
		    struct json_value value);

/* Memory of the policy for policy_count() items. NULL after a problem. */
void *policy_alloc_list(const struct policy_reader *reader,
			struct json_value value, size_t size);

/* A string without NULs, in memory of the policy. NULL after a problem. */
const char *policy_read_string(const struct policy_reader *reader,
			       struct json_value value);

/* For a policy_key: a string that only people read. */
void policy_read_comment(struct policy_reader *reader, struct json_value value,
			 int which);

/* A pattern, or a list of them. */
void policy_read_globs(struct policy_reader *reader, struct json_value value,
		       struct glob_list *ret_list);

/* A number, "A-B", "A-", or a list of these. */
void policy_read_ranges(struct policy_reader *reader, struct json_value value,
			struct match_ranges *ret_ranges);

/* A list of capability names. */
void policy_read_capabilities(struct policy_reader *reader,
			      struct json_value value, capmask *ret_mask);

#endif
