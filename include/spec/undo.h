/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back and changing config.json so that taking a rule away always gives
 * back the very bytes, whatever was killed in between. Texts and structs only:
 * bundle.h reads and writes the files.
 *
 * Order of writes: the record, then config.json; to take all back, config.json
 * and then the record away. So whatever config.json holds of ours is always in
 * the record's `wrote`.
 */
#ifndef CAPRUNTIME_SPEC_UNDO_H
#define CAPRUNTIME_SPEC_UNDO_H

#include "spec/record.h"

/*
 * What is to be written, in this order: record, config, remove_record. NULL:
 * leave the file as it is.
 */
struct undo_plan {
	char *record;
	char *config;
	size_t config_len;
	bool remove_record;
};

#define CLEANUP_PLAN __attribute__((cleanup(undo_plan_free)))

void undo_plan_free(struct undo_plan *plan);

/*
 * config.json (which passed json_check()) as it was before a change of ours:
 * each member that holds one of `wrote` gets `was` again. `record` may be
 * NULL. The caller frees.
 */
int undo_revert(const struct json_doc *config, const struct record *record,
		char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

/* What members shall hold in the end; NULL: what the restored text holds. */
struct undo_target {
	const char *values[RECORD_COUNT];
};

/*
 * From `config` as it stands, over `restored` (undo_revert), to
 * `target`. `record` (may be NULL) stands in the file as `record_text`.
 * `about` goes into the new record and is not taken over.
 */
int undo_plan_make(struct undo_plan *ret_plan, const struct json_doc *config,
		   const struct json_doc *restored, const struct record *record,
		   const char *record_text, const struct undo_target *target,
		   const struct record_about *about,
		   struct err *err) MUST_CHECK;

#endif
