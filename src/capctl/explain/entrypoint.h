/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predicts the capabilities of a container's first program from the file that
 * the runtime will execute (executable.h) and the rules of execve(2)
 * (execve/predict.h). Nothing is started or written.
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_ENTRYPOINT_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_ENTRYPOINT_H

#include "capctl/dryrun.h"
#include "capctl/execve/predict.h"

struct entrypoint {
	bool found; /* else `reason` says why there is no prediction */
	bool unreadable; /* not found, because it could not be read */
	struct err reason;
	char *name; /* args[0]; NULL: none */
	char *path; /* of the file in the container; NULL: none is known */
	char *interpreter; /* of a script: its file counts; else NULL */
	struct execve_task task;
	struct execve_file file;
	struct execve_result result;
};

#define CLEANUP_ENTRYPOINT __attribute__((cleanup(entrypoint_free)))

/*
 * The bundle was read and decided. The caller frees, also on -1 (out of
 * memory).
 */
int entrypoint_predict(struct entrypoint *ret_entry, const struct dryrun *run,
		       struct err *err) MUST_CHECK;
/*
 * The same for any program that has no set-ID bits and no capabilities: `path`
 * is NULL.
 */
int entrypoint_predict_plain(struct entrypoint *ret_entry,
			     const struct dryrun *run,
			     struct err *err) MUST_CHECK;
void entrypoint_free(struct entrypoint *entry);

#endif
