/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files kept as they should be in a directory that engines and the runtime
 * read from: what differs is replaced by a rename, and what was done, or with
 * only_look would be, is remembered. What the files say is not its business.
 */
#ifndef CAPRUNTIME_CAPCTL_SYNC_DEPLOY_H
#define CAPRUNTIME_CAPCTL_SYNC_DEPLOY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"

struct deploy_change {
	char *name;
	bool removed;
};

struct deploy {
	int directory;
	const char *path; /* lent */
	bool only_look;
	struct deploy_change *changes;
	size_t count;
};

#define CLEANUP_DEPLOY __attribute__((cleanup(deploy_close)))

/*
 * The directory must be there, and none but root and the effective user may
 * write it (trust.h). To be closed in every case.
 */
int deploy_open(struct deploy *ret_placement, const char *path, bool only_look,
		struct err *err) MUST_CHECK;
void deploy_close(struct deploy *deploy);

/*
 * A directory in it, made where missing, trusted as well. ret_fd is -1 where
 * only_look found none; the caller closes.
 */
int deploy_directory(struct deploy *deploy, const char *name, int *ret_fd,
		     struct err *err) MUST_CHECK;

/* The file `name` (below such a directory: "directory/name"), ours. */
int deploy_file(struct deploy *deploy, const char *name, const char *text,
		size_t len, mode_t mode, struct err *err) MUST_CHECK;

/* What is gone already is no error. */
int deploy_remove(struct deploy *deploy, const char *name,
		  struct err *err) MUST_CHECK;

/*
 * A symbolic link, made where nothing is. One that leads elsewhere stays, and
 * is an error.
 */
int deploy_link(struct deploy *deploy, const char *name, const char *to,
		struct err *err) MUST_CHECK;

#endif
