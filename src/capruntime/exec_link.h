/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links from a container's root and id to the record in its bundle, kept in
 * capruntime's state directory for containers whose rule says `exec`.
 */
#ifndef CAPRUNTIME_EXEC_LINK_H
#define CAPRUNTIME_EXEC_LINK_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"
#include "spec/record.h"

/* How many links each exec_link_sweep() checks. */
#define EXEC_LINK_SWEEP_MAX 64

struct exec_key {
	const char *id;
	const char *old_root; /* as older versions named it; NULL: the same */
	char root[PATH_SIZE];
};

struct exec_link {
	char *record; /* the path; NULL: there is no link */
	bool narrows; /* also if it cannot be read */
};

/*
 * `root` is the value of --root, NULL: not given. ret_key points to both, and
 * to `runtime`. Allocates nothing.
 */
int exec_key_init(struct exec_key *ret_key, const char *root, const char *id,
		  const char *runtime, struct err *err) MUST_CHECK;

/*
 * Is there a directory of links? If not, no container has one, after one system
 * call.
 */
bool exec_link_has_directory(void);

/*
 * Creates the directory if needed and replaces the link. `record`: its absolute
 * path, without symbolic links. `narrows`: the rule drops something or sets
 * no_new_privileges; the link itself says so.
 */
int exec_link_make(const struct exec_key *key, const char *record, bool narrows,
		   struct err *err) MUST_CHECK;

/* Usually there is none; errors are ignored. */
void exec_link_remove(const struct exec_key *key);

/* -1: the link is not trusted. The caller frees ret_link->record, on -1 too. */
int exec_link_read(const struct exec_key *key, struct exec_link *ret_link,
		   struct err *err) MUST_CHECK;

/* Reads the record of the link. The caller frees. */
int exec_link_read_record(const char *path, struct record *ret_record,
			  struct err *err) MUST_CHECK;

/*
 * Removes links without a record and those of containers that no longer exist,
 * among EXEC_LINK_SWEEP_MAX: other ones each time. False: there is no directory, so
 * no container has a link.
 */
bool exec_link_sweep(const struct exec_key *key);

#endif
