/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root directory that nobody else can change, for a part of a test, and how many
 * parts of paths were opened one by one in it.
 */
#ifndef CAPRUNTIME_PLAIN_ROOT_H
#define CAPRUNTIME_PLAIN_ROOT_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "openat_hook.h"
#include "tempdir.h"

#define NOT_ROOT "only root can have another root directory"

static int walked;

/* A walk opens each part by its name; a plain path is opened whole. */
static inline void count_walk(const char *name, int flags)
{
	walked += flags & O_PATH && (*name != '/' || !name[1]);
}

/* A tempdir that is the root directory until the declaration's scope ends. */
struct plain_root {
	struct tempdir dir;
	int before;
};

#define CLEANUP_ROOT __attribute__((cleanup(root_leave)))

static inline struct plain_root root_make(void)
{
	struct plain_root root = { .dir = tempdir_make() };

	root.before = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fchdir(root.dir.fd) < 0 || chroot(".") < 0)
		abort();
	walked = 0;
	before_openat = count_walk;
	return root;
}

static inline void root_leave(struct plain_root *root)
{
	before_openat = NULL;
	if (fchdir(root->before) < 0 || chroot(".") < 0)
		abort();
	close(root->before);
	tempdir_remove(&root->dir);
}

#endif
