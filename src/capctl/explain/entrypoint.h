/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program that a container starts will really hold: the file found in
 * the container's tree as the runtime will find it, and what execve(2) makes of
 * the sets (exec_caps.h). Nothing is started or written.
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_ENTRYPOINT_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_ENTRYPOINT_H

#include "capctl/dryrun.h"
#include "capctl/execve/predict.h"
#include "capctl/rootfs/rootfs.h"

struct entrypoint {
	bool found; /* else `reason` says why nothing can be told */
	bool unreadable; /* that is: it is there, and we may or can not look */
	struct err reason;
	char *name; /* args[0]; NULL: none */
	char *path; /* of the file, in the container */
	char *interpreter; /* whose bits count, of a script; NULL: none */
	struct execve_task task;
	struct execve_file file;
	struct execve_result result;
};

#define CLEANUP_ENTRYPOINT __attribute__((cleanup(entrypoint_free)))

/*
 * For a bundle that was read and decided. The caller frees, also on -1 (out of
 * memory).
 */
int entrypoint_look(struct entrypoint *ret_entry, const struct dryrun *run,
		    struct err *err) MUST_CHECK;
void entrypoint_free(struct entrypoint *entry);

#endif
