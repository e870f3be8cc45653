/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links from a container's root and id to the record in its bundle, kept in
 * capruntime's state directory for containers whose rule says `exec`.
 */
#ifndef CAPRUNTIME_EXEC_LINK_H
#define CAPRUNTIME_EXEC_LINK_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"

/* How many links each exec_link_sweep() checks. */
#define EXEC_LINK_SWEEP_MAX 64

struct exec_key {
	const char *root;
	const char *id;
	char text[PATH_SIZE]; /* storage for root */
};

/*
 * `root` is the value of --root; NULL or "": the runtime's default, for which
 * the name of `runtime` is used. The key points into itself.
 */
void exec_key_init(struct exec_key *ret_key, const char *root, const char *id,
		   const char *runtime);

/* Creates the directory if needed and replaces the link; an absolute path. */
int exec_link_make(const struct exec_key *key, const char *record_path,
		   struct err *err) MUST_CHECK;

/* Usually there is none; errors are ignored. */
void exec_link_remove(const struct exec_key *key);

/*
 * ret_path: the target, or NULL if there is no link, after one system call. -1:
 * the link is not trusted. The caller frees.
 */
int exec_link_read(const struct exec_key *key, char **ret_path,
		   struct err *err) MUST_CHECK;

/* Removes dangling links, among EXEC_LINK_SWEEP_MAX: other ones each time. */
void exec_link_sweep(const struct exec_key *key);

#endif
