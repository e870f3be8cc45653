/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/launch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/paths.h"
#include "base/trust.h"

#define VARIABLE "CAPRUNTIME_RUNTIME"
#define DEFAULT_HANDLER "capruntime"

static int set_path(struct launch *launch, const char *path, struct err *err)
{
	size_t len = strlen(path);

	if (len >= sizeof(launch->path))
		return err_set(err, "path of the real runtime: name too long");
	memcpy(launch->path, path, len + 1);
	return 0;
}

static int resolve_variable(struct launch *launch, const char *path,
			    struct err *err)
{
	if (*path != '/')
		return err_set(err, "$%s is '%s': must be an absolute path",
			       VARIABLE, path);
	return set_path(launch, path, err);
}

static int err_link(struct err *err, const struct launch *launch, int number)
{
	if (number == ENOENT)
		return err_set(
			err,
			"no real runtime for handler '%s': create the symbolic link '%s' to one",
			launch->handler, launch->link);
	if (number == EINVAL)
		return err_set(
			err,
			"'%s' is not a symbolic link: replace it with one to the real runtime",
			launch->link);
	return err_set_errno(err, number, "read link '%s'", launch->link);
}

static int resolve_link(struct launch *launch, struct err *err)
{
	int link_len = snprintf(launch->link, sizeof(launch->link), "%s/%s",
				paths_runtimes_dir, launch->handler);
	ssize_t len;

	if (!*launch->handler || link_len >= (int)sizeof(launch->link))
		return err_set(err, "invalid handler name '%s'",
			       launch->handler);
	len = readlink(launch->link, launch->path, sizeof(launch->path) - 1);
	if (len < 0) {
		if (errno != ENOENT ||
		    strcmp(launch->handler, DEFAULT_HANDLER) != 0)
			return err_link(err, launch, errno);
		launch->link[0] = '\0';
		return set_path(launch, DEFAULT_RUNTIME, err);
	}
	launch->path[len] = '\0';
	if (launch->path[0] != '/')
		return err_set(err,
			       "'%s' points to '%s': must be an absolute path",
			       launch->link, launch->path);
	return 0;
}

int launch_resolve(struct launch *ret_launch, const char *argv0,
		   struct err *err)
{
	const char *named = secure_getenv(VARIABLE);

	ret_launch->link[0] = ret_launch->path[0] = '\0';
	ret_launch->handler = argv0 ? path_basename(argv0) : "";
	if (named)
		return resolve_variable(ret_launch, named, err);
	return resolve_link(ret_launch, err);
}

const char *launch_chosen_by(const struct launch *launch)
{
	if (*launch->link)
		return launch->link;
	return secure_getenv(VARIABLE) ? "$" VARIABLE : "compiled in";
}

/*
 * AT_EXECFN is the path that execve(2) was called with; for a program that executes
 * itself, that of the real runtime. /proc makes two inodes for each process that
 * asks it, which takes longer than everything else here.
 */
static bool is_ourselves(const struct stat *program)
{
	const char *path = (const char *)getauxval(AT_EXECFN);
	struct stat self;

	if ((!path || stat(path, &self) < 0) &&
	    stat("/proc/self/exe", &self) < 0)
		return false;
	return self.st_dev == program->st_dev && self.st_ino == program->st_ino;
}

/* In a user namespace root and everybody else can be one user. */
static int check_owner_of_program(const struct stat *st, const char *path,
				  struct err *err)
{
	if (trust_check_stat(st, path, err) < 0)
		return -1;
	return trust_has_owner(st, true) ? 0 : trust_check_program(path, err);
}

static int check_program(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set_errno(err, errno, "real runtime '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, "real runtime '%s' is not a regular file",
			       path);
	if (!(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return err_set(err, "real runtime '%s' is not executable",
			       path);
	if (check_owner_of_program(&st, path, err) < 0)
		return err_wrap(err, "real runtime");
	if (is_ourselves(&st))
		return err_set(
			err,
			"real runtime '%s' is capruntime itself: point it to runc or crun",
			path);
	return 0;
}

/* Checks the program first, so that a message about it has its own path. */
int launch_check_path(const struct launch *launch, struct err *err)
{
	const char *path = *launch->link ? launch->link : launch->path;
	struct err ignored;

	if (check_program(launch->path, err) < 0)
		return -1;
	/* Faster, and the messages below are about the link. */
	if (*launch->link && trust_is_plain_link(launch->link) &&
	    trust_check_program(launch->path, &ignored) == 0)
		return 0;
	if (trust_check_program(path, err) < 0)
		return err_wrap(err, "real runtime '%s'", launch->path);
	return 0;
}

int launch_exec(struct launch *launch, char **argv, struct err *err)
{
	if (check_program(launch->path, err) < 0)
		return -1;
	argv[0] = launch->path;
	execv(launch->path, argv);
	return err_set_errno(err, errno, "execute '%s'", launch->path);
}
