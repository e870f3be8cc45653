/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the file that a container's runtime will execute: in the image, or in
 * the source of a bind mount; for a script it is the interpreter's file.
 * entrypoint.h predicts the result of executing it.
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_EXECUTABLE_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_EXECUTABLE_H

#include "capctl/explain/command.h"
#include "capctl/rootfs/view.h"

struct executable {
	struct command command;
	struct rootfs_view view;
	struct rootfs rootfs;
	struct rootfs_file file; /* of the program, or of its interpreter */
	const struct spec_mount *bound; /* of `view`; NULL: in the image */
	char *path; /* of the program in the container; NULL: not found */
	char *interpreter; /* of a script, in the container; else NULL */
	bool unreadable; /* it may exist, but could not be read */
};

#define CLEANUP_EXECUTABLE __attribute__((cleanup(executable_free)))
#define EXECUTABLE_INIT                                                        \
	{                                                                      \
		.rootfs = ROOTFS_INIT                                          \
	}

/*
 * Looks for the program of executable->command, whose caller has also read
 * executable->view. `bundle` is the bundle's directory. -1: reason says why the
 * file is not known.
 */
int executable_find(struct executable *executable, const char *bundle,
		    struct err *reason) MUST_CHECK;

/* May the runtime mount the file again without nosuid? */
bool executable_may_remount(const struct executable *executable);

void executable_free(struct executable *executable);

#endif
