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

struct placement_change {
	char *name;
	bool removed;
};

struct placement {
	int directory;
	const char *path; /* lent */
	bool only_look;
	struct placement_change *changes;
	size_t count;
};

#define CLEANUP_PLACEMENT __attribute__((cleanup(placement_close)))

/*
 * The directory must be there, and none but root and the effective user may
 * write it (trust.h). To be closed in every case.
 */
int placement_open(struct placement *ret_placement, const char *path,
		   bool only_look, struct err *err) MUST_CHECK;
void placement_close(struct placement *placement);

/*
 * A directory in it, made where missing, trusted as well. ret_fd is -1 where
 * only_look found none; the caller closes.
 */
int placement_directory(struct placement *placement, const char *name,
			int *ret_fd, struct err *err) MUST_CHECK;

/* The file `name` (below such a directory: "directory/name"), ours. */
int placement_file(struct placement *placement, const char *name,
		   const char *text, size_t len, mode_t mode,
		   struct err *err) MUST_CHECK;

/* What is gone already is no error. */
int placement_remove(struct placement *placement, const char *name,
		     struct err *err) MUST_CHECK;

/*
 * A symbolic link, made where nothing is. One that leads elsewhere stays, and
 * is an error.
 */
int placement_link(struct placement *placement, const char *name,
		   const char *to, struct err *err) MUST_CHECK;

#endif
