/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/cgroupfs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fileio.h"

#define UNIFIED "unified" /* cgroup v2 beside v1 */
#define NAMED "name="

/* -1: it is not mounted there. */
static int open_hierarchy(int cgroups, const struct cgroup_place *place)
{
	size_t skip = strlen(NAMED);
	char *controllers CLEANUP_FREE =
		strndup(place->controllers, place->controllers_len);
	const char *name = controllers;
	int fd;

	if (!name || strchr(name, '/') || cgroups < 0)
		return -1;
	if (strncmp(name, NAMED, skip) == 0)
		name += skip;
	if (*name)
		return fileio_open(cgroups, name, O_PATH | O_DIRECTORY, 0);
	fd = fileio_open(cgroups, UNIFIED, O_PATH | O_DIRECTORY, 0);
	return fd < 0 ? fileio_open(cgroups, ".", O_PATH | O_DIRECTORY, 0) : fd;
}

static bool is_own_directory(int hierarchy, const char *path)
{
	struct stat st;

	return fstatat(hierarchy, path, &st, 0) == 0 &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

bool cgroupfs_is_trusted(int cgroups, const struct cgroup_place *place)
{
	int hierarchy CLEANUP_FD = open_hierarchy(cgroups, place);
	char *path CLEANUP_FREE =
		alloc_text(".%.*s", (int)place->above_len, place->above);

	if (!path)
		return false;
	if (hierarchy < 0 || strstr(path, "/../"))
		return place->is_known;
	return is_own_directory(hierarchy, path);
}
