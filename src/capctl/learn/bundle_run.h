/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers of one bundle, one after the other, through capruntime and the real
 * runtime, each with an id of its own. None is left: neither container nor
 * change of config.json. What a SIGKILL leaves, run_leftovers.h removes.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_BUNDLE_RUN_H
#define CAPRUNTIME_CAPCTL_LEARN_BUNDLE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/engine/installed.h"
#include "capctl/learn/run_name.h"

struct bundle_run {
	struct installed installed; /* finds capruntime */
	char *root; /* of the runtime's state; NULL: its default */
	char *bundle; /* absolute */
	char *directory; /* a private one; with these files: */
	char *policy;
	char *output; /* of the container, both streams */
	char *pid_file;
	bool shows_output; /* on standard error, not in the file */
	struct run_owner owner; /* this process */
	unsigned int count; /* of containers so far */
	char id[RUN_NAME_SIZE]; /* of the container; "": none is left to remove */
	int32_t pid; /* of its first process, a child of this process */
};

#define CLEANUP_BUNDLE_RUN __attribute__((cleanup(bundle_run_close)))

#define BUNDLE_RUN_FILES 3

/* Where private directories are made, and the names of the files in one. */
const char *bundle_run_where(void);
const char *bundle_run_file(size_t i);

/* Nothing is started. Close also on -1. */
int bundle_run_open(struct bundle_run *ret_run, const char *bundle,
		    const char *root, struct err *err) MUST_CHECK;
void bundle_run_close(struct bundle_run *run);

/*
 * From now on `text` is the only policy that is used for the bundle. Without
 * this it is the node's.
 */
int bundle_run_use_policy(struct bundle_run *run, const char *text,
			  struct err *err) MUST_CHECK;

/* The process is there, and is still the runtime. Remove also on -1. */
int bundle_run_create(struct bundle_run *run, struct err *err) MUST_CHECK;
/* The program is executed. */
int bundle_run_start(struct bundle_run *run, struct err *err) MUST_CHECK;
/* Kills what runs. -1: the runtime cannot remove it. */
int bundle_run_remove(struct bundle_run *run, struct err *err) MUST_CHECK;

/* What the container printed last; "": nothing. The caller frees; NULL: memory. */
char *bundle_run_last_line(const struct bundle_run *run);

#endif
