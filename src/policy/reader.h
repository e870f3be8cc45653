/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading a policy's values takes: members by a table of known keys, and
 * the values that occur more than once. Every problem has a place in the text
 * and reading goes on behind it. It knows no key of the policy itself.
 */
#ifndef CAPRUNTIME_POLICY_READER_H
#define CAPRUNTIME_POLICY_READER_H

#include "policy/policy.h"
#include "json/scan.h"

struct policy_reader {
	const struct json_doc *doc;
	struct policy *policy;
	struct policy_problems *problems;
	struct policy_rule *rule; /* the one being read; NULL: none */
	struct json_place place; /* of the last problem: the next is near */
	size_t patterns; /* in it so far */
	size_t name_start; /* its name's place in the text */
	size_t drop_start; /* its drop list's */
	enum policy_part part;
};

/*
 * A key by its name. `read` gets `which` along, so that keys of one kind share
 * a function.
 */
struct policy_key {
	const char *name;
	bool required;
	void (*read)(struct policy_reader *reader, struct json_value value,
		     int which);
	int which;
};

void policy_problem(struct policy_reader *reader, size_t offset,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* `what` names the object in messages: "a rule". At most 32 keys. */
void policy_read_members(struct policy_reader *reader, struct json_value object,
			 const struct policy_key *keys, size_t count,
			 const char *what);

/* True when `value` is of this kind; else there is a problem. */
bool policy_want(struct policy_reader *reader, struct json_value value,
		 enum json_kind kind);
bool policy_want_boolean(struct policy_reader *reader, struct json_value value);

/* A string without NULs, or NULL with the problem told. The caller frees. */
char *policy_read_string(struct policy_reader *reader, struct json_value value);

/* For a policy_key: a string that is for people alone. */
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
