/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes config.json and reverts it, so that removing a rule always restores
 * the original bytes, even if capruntime was killed in between. Texts and
 * structs only: bundle/files.h reads and writes the files.
 *
 * Order of writes: the record, then config.json; to revert, config.json, then
 * the removal of the record. So every value of ours in config.json is in the
 * record's `wrote`.
 */
#ifndef CAPRUNTIME_SPEC_UNDO_H
#define CAPRUNTIME_SPEC_UNDO_H

#include "spec/edit.h"
#include "spec/record.h"

/*
 * The writes to make, in this order: record, config, then owner or else
 * remove_record. NULL, or no piece: do not write the file.
 */
struct undo_plan {
	char *record;
	struct pieces config; /* of the restored text and of `edits` */
	struct edits edits;
	char *owner; /* a record that is not needed, see record_is_needed() */
	bool remove_record;
};

#define CLEANUP_PLAN __attribute__((cleanup(undo_plan_free)))

void undo_plan_free(struct undo_plan *plan);

/* Is config.json, byte for byte, a file that we wrote? `record` may be NULL. */
bool undo_is_exact(const struct json_doc *config, const struct record *record);

/*
 * config.json (which passed json_check()) before our changes: each member that
 * holds one of `wrote` gets `was` again if the file is `exact`, or else the
 * narrower of the two: it could be a file of the engine that happens to say the
 * same. `record` may be NULL. The caller frees.
 */
int undo_revert(const struct json_doc *config, const struct record *record,
		bool exact, char **ret_text, size_t *ret_len,
		struct err *err) MUST_CHECK;

/* The final values of the members; NULL: the value in the restored text. */
struct undo_target {
	const char *values[RECORD_COUNT];
	bool names_owner; /* by a record, even if nothing changes */
};

/* Does the plan have a record, so that `about` must name the process? */
bool undo_prints_record(const struct undo_target *target,
			const struct record_about *about);

/*
 * Plans the change from `config` on disk to `restored` (undo_revert()) with the
 * values of `target`. `record` (may be NULL) is the parsed `record_text`. The
 * new record contains `about`, which stays the caller's. `restored` must outlive
 * the plan.
 */
int undo_plan_make(struct undo_plan *ret_plan, const struct json_doc *config,
		   const struct json_doc *restored, const struct record *record,
		   const char *record_text, const struct undo_target *target,
		   const struct record_about *about,
		   struct err *err) MUST_CHECK;

#endif
