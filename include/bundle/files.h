/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one bundle: config.json and, beside it, the record of its
 * originals. What they mean is spec.h and originals.h.
 */
#ifndef CAPRUNTIME_BUNDLE_FILES_H
#define CAPRUNTIME_BUNDLE_FILES_H

#include "runtime/call.h"
#include "spec/undo.h"

#define BUNDLE_CONFIG_MAX ((size_t)16 * 1024 * 1024)

struct bundle {
	int directory;
	char *directory_path;
	bool is_missing; /* the directory: the runtime will say so itself */
	const char *config_name; /* in it; points into argv */
	char *config_path; /* for messages */
	char *record_name;
	char *record_path;
	int config; /* open once it was read */
	char *config_text;
	size_t config_len;
	char *record_text; /* NULL: there is none */
};

#define CLEANUP_BUNDLE __attribute__((cleanup(bundle_close)))

/*
 * Opens the directory that the real runtime will read config.json from.
 * ret_bundle is to be closed all the same on -1.
 */
int bundle_open(struct bundle *ret_bundle, const struct runtime_args *args,
		struct err *err) MUST_CHECK;
/* What a kill within an earlier run left there. */
void bundle_remove_leftovers(const struct bundle *bundle);
void bundle_close(struct bundle *bundle);

/* Reads the record where there is one; it must be ours alone to write. */
int bundle_read_record(struct bundle *bundle, struct err *err) MUST_CHECK;
int bundle_read_config(struct bundle *bundle, struct err *err) MUST_CHECK;

/*
 * Carry out a plan, in this order. When bundle_write_record() succeeded and
 * config.json shall stay as it is after all, bundle_undo_record() takes the
 * new record away, as far as that is possible.
 */
int bundle_write_record(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err) MUST_CHECK;
void bundle_undo_record(struct bundle *bundle, const struct undo_plan *plan);
int bundle_write_config(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err) MUST_CHECK;

#endif
