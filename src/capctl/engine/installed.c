/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/installed.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

#define PROGRAM "/capruntime"

void installed_init(struct installed *ret_installed)
{
	char *beside = ret_installed->beside, *slash;
	ssize_t len;

	*ret_installed = (struct installed){ 0 };
	len = readlink("/proc/self/exe", beside,
		       sizeof(ret_installed->beside) - sizeof(PROGRAM));
	beside[len < 0 ? 0 : len] = '\0';
	slash = strrchr(beside, '/');
	if (slash)
		memcpy(slash, PROGRAM, sizeof(PROGRAM));
}

const char *installed_path(const struct installed *installed)
{
	if (access(paths_program, F_OK) == 0 ||
	    access(installed->beside, F_OK) < 0)
		return paths_program;
	return installed->beside;
}

bool installed_is(const struct installed *installed, const char *path)
{
	struct stat ours, other;

	return stat(installed_path(installed), &ours) == 0 &&
	       stat(path, &other) == 0 && ours.st_dev == other.st_dev &&
	       ours.st_ino == other.st_ino;
}

bool installed_is_capruntime(const void *installed, const char *path)
{
	const char *name = path_basename(path);

	if (strcmp(name, "capruntime") == 0 ||
	    strncmp(name, "capruntime-", strlen("capruntime-")) == 0)
		return true;
	return *path == '/' && installed_is(installed, path);
}
