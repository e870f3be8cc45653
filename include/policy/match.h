/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of a rule, and whether a container meets them. Pure: the
 * subject holds all that is compared.
 */
#ifndef CAPRUNTIME_POLICY_MATCH_H
#define CAPRUNTIME_POLICY_MATCH_H

#include <stdint.h>

#include "policy/glob.h"
#include "spec/annotations.h"

/* The keys whose values are patterns. */
enum match_text {
	MATCH_NAMESPACE,
	MATCH_POD,
	MATCH_CONTAINER,
	MATCH_IMAGE,
	MATCH_ID,
	MATCH_HANDLER,
	MATCH_TEXT_COUNT
};

/* The keys whose values are true or false. */
enum match_flag {
	MATCH_HOST_NETWORK,
	MATCH_HOST_PID,
	MATCH_USERNS,
	MATCH_NO_NEW_PRIVILEGES,
	MATCH_PRIVILEGED,
	MATCH_FLAG_COUNT
};

/* The keys whose values are numbers and ranges of them. */
enum match_number { MATCH_UID, MATCH_GID, MATCH_NUMBER_COUNT };

struct match_range {
	uint32_t first;
	uint32_t last;
};

struct match_ranges {
	struct match_range *list;
	size_t count;
};

struct match_annotation {
	const char *key;
	struct glob_list globs;
};

enum match_want { MATCH_EITHER, MATCH_NO, MATCH_YES };

/*
 * An absent key does not restrict, with two exceptions: `privileged` defaults
 * to false (match_init() sets it), and `uid` to every user but 0 (count is 0).
 */
struct match {
	struct glob_list texts[MATCH_TEXT_COUNT];
	struct match_annotation *annotations;
	size_t annotations_count;
	struct match_ranges numbers[MATCH_NUMBER_COUNT];
	enum match_want flags[MATCH_FLAG_COUNT];
};

struct match_subject {
	const char *texts[MATCH_TEXT_COUNT]; /* NULL: absent */
	const struct annotations *annotations; /* NULL: none */
	uint32_t numbers[MATCH_NUMBER_COUNT];
	bool flags[MATCH_FLAG_COUNT];
	/* could not be determined: neither true nor false matches */
	bool unknown[MATCH_FLAG_COUNT];
};

void match_init(struct match *match);

/*
 * ret_key: the name of the first key that does not match; may be NULL, and is
 * set only on false.
 */
bool match_matches(const struct match *match,
		   const struct match_subject *subject, const char **ret_key);

/*
 * The bundle of the subject fits, and the handler or the id decides: could the
 * rule match another container in it?
 */
bool match_may_match_other(const struct match *match,
			   const struct match_subject *subject);

const char *match_text_key(enum match_text text);
const char *match_number_key(enum match_number number);
const char *match_flag_key(enum match_flag flag);

#endif
