/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/trust_stat.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first user namespace's inode, include/linux/proc_ns.h. */
#define FIRST_USERNS_INODE 0xEFFFFFFDu
/* user_namespaces(7): the default of /proc/sys/kernel/overflowuid. */
#define OVERFLOW_UID 65534u

bool trust_is_first_userns(const char *link)
{
	struct stat st;

	return stat(link, &st) < 0 || st.st_ino == FIRST_USERNS_INODE;
}

static bool in_user_namespace(void)
{
	return !trust_is_first_userns("/proc/self/ns/user");
}

bool trust_has_owner(const struct stat *st, bool shared)
{
	return st->st_uid == 0 || st->st_uid == geteuid() ||
	       (st->st_uid == OVERFLOW_UID && !shared && in_user_namespace());
}

bool trust_is_first_root(void)
{
	return geteuid() == 0 && !in_user_namespace();
}

int trust_check_owner(const struct stat *st, bool shared, const char *path,
		      struct err *err)
{
	if (trust_has_owner(st, shared))
		return 0;
	return err_set(err,
		       "'%s' is owned by user %u: change its owner to root",
		       path, st->st_uid);
}

bool trust_is_shared(const struct stat *st)
{
	return st->st_mode & (S_IWGRP | S_IWOTH);
}

int trust_check_file(const struct stat *st, bool shared, const char *path,
		     struct err *err)
{
	if (trust_check_owner(st, shared, path, err) < 0)
		return -1;
	if (trust_is_shared(st))
		return err_set(err, "'%s' is writable by others: chmod go-w it",
			       path);
	return 0;
}

int trust_check_stat(const struct stat *st, const char *path, struct err *err)
{
	return trust_check_file(st, false, path, err);
}

int trust_check_in(int directory, const struct stat *st, const char *path,
		   struct err *err)
{
	struct stat above;

	if (fstat(directory, &above) < 0)
		return err_set_errno(err, errno, "'%s'", path);
	return trust_check_file(st, trust_is_shared(&above), path, err);
}

int trust_check_directory(const struct stat *st, bool shared, const char *path,
			  struct err *err)
{
	if (st->st_mode & S_ISVTX)
		return trust_check_owner(st, shared, path, err);
	return trust_check_file(st, shared, path, err);
}
