/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one bundle: config.json and the record beside it. For their
 * content see spec/spec.h, spec/record.h and spec/undo.h.
 */
#ifndef CAPRUNTIME_BUNDLE_FILES_H
#define CAPRUNTIME_BUNDLE_FILES_H

#include "runtime/call.h"
#include "spec/undo.h"

#define BUNDLE_CONFIG_MAX ((size_t)16 * 1024 * 1024)

struct bundle {
	int directory;
	char *directory_path;
	bool is_missing; /* the directory */
	const char *config_name; /* in it; points into argv */
	char *config_path; /* for messages */
	char *record_name;
	char *record_path;
	int config; /* open after bundle_read_config() */
	char *config_text;
	size_t config_len;
	char *record_text; /* NULL: no record */
};

#define CLEANUP_BUNDLE __attribute__((cleanup(bundle_close)))

/*
 * Opens the directory that the real runtime will read config.json from. The
 * caller closes ret_bundle, on -1 too.
 */
int bundle_open(struct bundle *ret_bundle, const struct runtime_args *args,
		struct err *err) MUST_CHECK;
/* Is there a record, or a temporary file, or can that not be found out? */
bool bundle_has_files(const struct bundle *bundle);

/*
 * Keeps other creates, runs and restores out until the directory is closed, and
 * removes temporary files that a killed earlier run left behind.
 */
int bundle_lock(const struct bundle *bundle, struct err *err) MUST_CHECK;
void bundle_close(struct bundle *bundle);

/* Reads the record, if any; only trusted users may be able to write it. */
int bundle_read_record(struct bundle *bundle, struct err *err) MUST_CHECK;
int bundle_read_config(struct bundle *bundle, struct err *err) MUST_CHECK;

/*
 * Carry out a plan, in this order: the record, then config.json. If config.json
 * is not written after all, bundle_undo_record() restores the old record as far
 * as possible.
 */
int bundle_write_record(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err) MUST_CHECK;
void bundle_undo_record(struct bundle *bundle, const struct undo_plan *plan);
int bundle_write_config(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err) MUST_CHECK;

#endif
