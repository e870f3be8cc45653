/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories between a root and the one that a walk is in (walk.h), as a
 * stack: each with its path, its descriptor and the names of the directories
 * in it that are still to be read. At most LEVELS_OPEN_MAX are open; a closed
 * one is opened again when it is needed, and must be the same directory then.
 */
#ifndef CAPRUNTIME_CAPCTL_ROOTFS_LEVELS_H
#define CAPRUNTIME_CAPCTL_ROOTFS_LEVELS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"

#define LEVELS_OPEN_MAX 32

struct level {
	int fd; /* -1: closed in favour of deeper ones */
	size_t path_len;
	size_t names_start;
	dev_t device;
	ino_t inode;
	uint64_t mount; /* mount ID; 0: unknown */
};

struct levels {
	struct level *list;
	size_t depth;
	size_t size;
	struct buf path; /* of the deepest level; "" is the root */
	struct buf names; /* of all levels, each ended by a NUL */
};

void levels_free(struct levels *levels);

/* The deepest level; there is one. */
struct level *levels_top(const struct levels *levels);

/*
 * Adds a level below the deepest one. Takes ownership of the descriptor, also
 * on -1. `st` and `mount` describe it; `name` is NULL for the root.
 */
int levels_push(struct levels *levels, int fd, const struct stat *st,
		uint64_t mount, const char *name, struct err *err) MUST_CHECK;
void levels_pop(struct levels *levels);

/*
 * Opens the deepest level again if it is closed; `root` is the root's
 * descriptor. -1: it, or one above it, is another directory now.
 */
int levels_reopen(struct levels *levels, int root) MUST_CHECK;

/*
 * The path of the deepest level, with "/NAME" unless that is NULL. Valid until
 * the next call; NULL: out of memory.
 */
const char *levels_path(struct levels *levels, const char *name) MUST_CHECK;

/* Adds a directory of the deepest level to those that are to be read. */
int levels_add_name(struct levels *levels, const char *name,
		    struct err *err) MUST_CHECK;
/* Are there such names? */
bool levels_has_name(const struct levels *levels);
/* Removes the last one. The caller frees; NULL: out of memory. */
char *levels_take_name(struct levels *levels) MUST_CHECK;
/* Forgets all of the deepest level. */
void levels_drop_names(struct levels *levels);

#endif
