/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps files in a directory that engines and the runtime read. A file that
 * differs is replaced by a rename. Records the changes; with only_look, makes
 * none and records those it would make. Does not interpret the files.
 *
 * An engine takes every name in a drop-in directory for configuration, and CRI-O
 * what is in directories below it, so temporary files are never in or below a
 * directory NAME.d, but in the one above it.
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
	int above; /* what contains the drop-in directory; -1: it is in none */
	char *drop_ins; /* the path of the drop-in directory; or NULL */
	char *prefix; /* of temporary files in `above`; "" without it */
	const char *path; /* not owned */
	bool only_look;
	struct deploy_change *changes;
	size_t count;
};

#define CLEANUP_DEPLOY __attribute__((cleanup(deploy_close)))

/*
 * The directory must exist, and only root and the effective user may be able
 * to write it (trust.h). Close also on -1.
 */
int deploy_open(struct deploy *ret_deploy, const char *path, bool only_look,
		struct err *err) MUST_CHECK;
void deploy_close(struct deploy *deploy);

/*
 * Removes the temporary files that a kill left behind in it and, for a drop-in
 * directory, above it. Those above it are not recorded.
 */
int deploy_clean(struct deploy *deploy, struct err *err) MUST_CHECK;
bool deploy_is_leftover(const char *name);

/* Calls `take` for each entry of a directory until one fails. Closes `fd`. */
int deploy_each_entry(int fd, const char *path,
		      int (*take)(void *context, const char *name,
				  struct err *err),
		      void *context, struct err *err) MUST_CHECK;

/*
 * Opens a directory in it, under the same conditions; creates it if missing.
 * With only_look, ret_fd is -1 for a missing one. The caller closes ret_fd.
 */
int deploy_directory(struct deploy *deploy, const char *name, int *ret_fd,
		     struct err *err) MUST_CHECK;

/*
 * Writes the file `name`, or "DIRECTORY/NAME" in such a directory, unless it has
 * this content, this mode and our owner already.
 */
int deploy_file(struct deploy *deploy, const char *name, const char *text,
		size_t len, mode_t mode, struct err *err) MUST_CHECK;

/* A missing file is not an error. */
int deploy_remove(struct deploy *deploy, const char *name,
		  struct err *err) MUST_CHECK;

/* Creates a symbolic link. An existing link to another target is an error. */
int deploy_link(struct deploy *deploy, const char *name, const char *to,
		struct err *err) MUST_CHECK;

#endif
