/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from a container's root and id to the record in its bundle: a link
 * in a directory of our own, for containers whose rule says `exec`.
 */
#ifndef CAPRUNTIME_EXEC_LINK_H
#define CAPRUNTIME_EXEC_LINK_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"

/* How many links each exec_link_sweep() looks at. */
#define EXEC_LINK_SWEEP_MAX 64

struct exec_key {
	const char *root;
	const char *id;
	char text[PATH_SIZE]; /* what root may point to */
};

/*
 * `root` is as --root said, for `runtime`. NULL or "" stands for the one that
 * this runtime has of its own; it is told by the runtime's name. The key
 * points into itself.
 */
void exec_key_init(struct exec_key *ret_key, const char *root, const char *id,
		   const char *runtime);

/*
 * Makes the directory where it is missing, and the link anew. `record_path` is
 * absolute.
 */
int exec_link_make(const struct exec_key *key, const char *record_path,
		   struct err *err) MUST_CHECK;

/* There being none is the usual case, and other errors do not matter. */
void exec_link_remove(const struct exec_key *key);

/*
 * ret_path: what the link leads to, or NULL when there is none: then it was
 * one system call. -1: it cannot be believed. The caller frees.
 */
int exec_link_read(const struct exec_key *key, char **ret_path,
		   struct err *err) MUST_CHECK;

/* Removes links whose bundle is gone, among some of all: each call others. */
void exec_link_sweep(const struct exec_key *key);

#endif
