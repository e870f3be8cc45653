/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record beside config.json: the original values, the values that
 * capruntime wrote, the container and the rule. Parses and prints it;
 * spec/undo.h uses it.
 */
#ifndef CAPRUNTIME_SPEC_RECORD_H
#define CAPRUNTIME_SPEC_RECORD_H

#include "caps/set.h"
#include "json/check.h"

#define RECORD_MAX ((size_t)4 * 1024 * 1024)
#define RECORD_WROTE_MAX 2
#define RECORD_FILES_MAX 2

/* The members of process that capruntime changes. */
enum record_member {
	RECORD_CAPABILITIES,
	RECORD_NO_NEW_PRIVILEGES,
	RECORD_COUNT
};

/* The key, in config.json and in the record. */
const char *record_key(enum record_member member);

/* Texts of JSON values; NULL: the member was absent. */
struct record_field {
	bool changed; /* then wrote_count is not 0 */
	char *was;
	char *wrote[RECORD_WROTE_MAX];
	size_t wrote_count;
};

/* A whole config.json that capruntime wrote. */
struct record_file {
	uint64_t length;
	uint64_t digest; /* hash_words() */
};

/* The container and the decision for it. */
struct record_about {
	char *id;
	char *root; /* as runtime_root_resolve() makes it */
	char *rule;
	uint32_t pid; /* of the process that became the runtime; 0: unknown */
	uint64_t start; /* its start time, proc_pid_stat(5); 0: unknown */
	uint32_t uid;
	capmask wanted;
	capmask ambient; /* as the rule names them, wanted or not */
	capmask inheritable;
	capmask drop;
	bool drop_others; /* everything but ambient and inheritable */
	bool no_new_privileges;
	bool exec;
	bool new_userns; /* in which the container can hold all */
};

struct record {
	struct record_about about;
	struct record_file files[RECORD_FILES_MAX];
	size_t file_count; /* 0 in records of early versions */
	struct record_field fields[RECORD_COUNT];
};

/* Can the rule take something away? */
bool record_narrows(const struct record_about *about);

/*
 * False: it only says which container uses the bundle. Nothing is to be
 * reverted, and no session reads it.
 */
bool record_is_needed(const struct record *record);

#define CLEANUP_RECORD __attribute__((cleanup(record_free)))

/*
 * `doc` is not larger than RECORD_MAX. -1: record_print() did not write it. The
 * caller frees; on -1 there is nothing to free.
 */
int record_parse(struct record *ret_record, const struct json_doc *doc,
		 struct err *err) MUST_CHECK;
/* The caller frees. */
int record_print(const struct record *record, char **ret_text,
		 struct err *err) MUST_CHECK;
void record_free(struct record *record);

#endif
