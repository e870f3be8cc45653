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
struct originals_plan {
	char *record;
	char *config;
	size_t config_len;
	bool remove_record;
};

#define CLEANUP_PLAN __attribute__((cleanup(originals_plan_free)))

void originals_plan_free(struct originals_plan *plan);

/*
 * config.json (which passed json_check()) as it was before a change of ours:
 * each member that holds one of `wrote` gets `was` again. `record` may be
 * NULL. The caller frees.
 */
int originals_restore(const struct json_doc *config,
		      const struct originals *record, char **ret_text,
		      size_t *ret_len, struct err *err) MUST_CHECK;

/* What members shall hold in the end; NULL: what the restored text holds. */
struct originals_target {
	const char *values[ORIGINALS_COUNT];
};

/*
 * From `config` as it stands, over `restored` (originals_restore), to
 * `target`. `record` (may be NULL) stands in the file as `record_text`.
 * `about` goes into the new record and is not taken over.
 */
int originals_make_plan(struct originals_plan *ret_plan,
			const struct json_doc *config,
			const struct json_doc *restored,
			const struct originals *record, const char *record_text,
			const struct originals_target *target,
			const struct originals_about *about,
			struct err *err) MUST_CHECK;

#endif
