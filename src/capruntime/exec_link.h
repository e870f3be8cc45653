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
#include "runtime/call.h"
#include "spec/record.h"

#define EXEC_LINK_NAME_SIZE 17

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
 * ret_key points into argv and to `runtime`. An id with a slash is an error.
 * Allocates nothing.
 */
int exec_key_init(struct exec_key *ret_key, const struct runtime_args *args,
		  const char *runtime, struct err *err) MUST_CHECK;

/*
 * Is there a directory of links? If not, no container has one, after one system
 * call.
 */
bool exec_link_has_directory(void);

/*
 * Creates the directory if needed. -1 also if there is a link: after
 * exec_link_release() it is that of another create. `record`: its absolute
 * path, without symbolic links. `narrows`: the rule drops something or sets
 * no_new_privileges; the link itself says so.
 */
int exec_link_make(const struct exec_key *key, const char *record, bool narrows,
		   struct err *err) MUST_CHECK;

/*
 * Removes the link of an earlier container of this root and id. -1: it cannot be
 * removed, or the process that made it has not ended, and keeps it.
 */
int exec_link_release(const struct exec_key *key, struct err *err) MUST_CHECK;

/* -1: the link is not trusted. The caller frees ret_link->record, on -1 too. */
int exec_link_read(const struct exec_key *key, struct exec_link *ret_link,
		   struct err *err) MUST_CHECK;

/*
 * Reads the record of the link, whose root and id must be those of the key. The
 * caller frees.
 */
int exec_link_read_record(const struct exec_key *key, const char *path,
			  struct record *ret_record,
			  struct err *err) MUST_CHECK;

/* The same, whatever container it is of. */
int exec_link_read_file(const char *path, struct record *ret_record,
			struct err *err) MUST_CHECK;

/*
 * The directory of links: outside of root's initial user namespace that of the
 * user's runtime directory, if set. Allocates nothing.
 */
int exec_link_directory(char ret_path[PATH_SIZE], struct err *err) MUST_CHECK;

/* The name of a link in it. */
void exec_link_name(const char *root, const char *id,
		    char ret_name[EXEC_LINK_NAME_SIZE]);
uint64_t exec_link_hash(const char *root, const char *id);

#endif
