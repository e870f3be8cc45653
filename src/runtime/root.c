/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/root.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/trust.h"
#include "runtime/args.h"

static int err_too_long(struct err *err)
{
	return err_set_errno(err, ENAMETOOLONG, "root directory");
}

static bool is_crun(const char *runtime)
{
	return runtime_args_dialect(runtime) == RUNTIME_CRUN;
}

/* runc: not for root, unless in a user namespace and $USER is another. */
static bool uses_user_directory(const char *runtime)
{
	const char *user = secure_getenv("USER");

	if (is_crun(runtime) || geteuid() != 0)
		return true;
	return !trust_is_first_root() && (!user || strcmp(user, "root") != 0);
}

static char *default_root(const char *runtime)
{
	const char *base = secure_getenv("XDG_RUNTIME_DIR");

	if (!base || !*base || !uses_user_directory(runtime))
		base = "/run";
	return alloc_text("%s/%s", base, is_crun(runtime) ? "crun" : "runc");
}

/* Go's os.Getwd() prefers $PWD, which can contain symbolic links. */
static bool is_go_directory(const char *path)
{
	struct stat named, here;

	return path && *path == '/' && stat(path, &named) == 0 &&
	       stat(".", &here) == 0 && named.st_dev == here.st_dev &&
	       named.st_ino == here.st_ino;
}

static int make_absolute(const char *path, const char *runtime, char **ret_path,
			 struct err *err)
{
	char *directory CLEANUP_FREE = NULL;
	const char *base = secure_getenv("PWD");

	if (*path == '/') {
		*ret_path = strdup(path);
	} else {
		if (is_crun(runtime) || !is_go_directory(base))
			base = directory = getcwd(NULL, 0);
		if (!base)
			return err_set_errno(err, errno, "current directory");
		*ret_path = alloc_text("%s/%s", base, path);
	}
	return *ret_path ? 0 : err_set_no_memory(err);
}

/* The end of the directory above; 0: there is none. */
static size_t cut_root_name(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len;
}

/* What does not exist yet, the runtime makes, without symbolic links. */
static int resolve_existing(char *path, char **ret_path, struct err *err)
{
	size_t len = strlen(path);
	char *found CLEANUP_FREE = realpath(path, NULL);

	while (!found && errno != ENOMEM &&
	       (len = cut_root_name(path, len)) > 0) {
		char next = path[len];

		path[len] = '\0';
		found = realpath(path, NULL);
		path[len] = next;
	}
	if (!found && errno == ENOMEM)
		return err_set_no_memory(err);
	*ret_path = alloc_text("%s/%s", found ? found : "", path + len);
	if (!*ret_path)
		return err_set_no_memory(err);
	path_clean(*ret_path);
	return 0;
}

static int resolve_named(char **ret_root, const char *root, const char *runtime,
			 struct err *err)
{
	char *path CLEANUP_FREE = NULL;

	if (make_absolute(root, runtime, &path, err) < 0)
		return -1;
	if (strlen(path) >= PATH_SIZE)
		return err_too_long(err);
	if (!is_crun(runtime))
		path_clean(path);
	return resolve_existing(path, ret_root, err);
}

int runtime_root_resolve(char **ret_root, const char *root, const char *runtime,
			 struct err *err)
{
	char *named CLEANUP_FREE = NULL;

	if (root)
		return resolve_named(ret_root, root, runtime, err);
	named = runtime_args_known(runtime) ? default_root(runtime)
					    : strdup(path_basename(runtime));
	if (!named)
		return err_set_no_memory(err);
	if (runtime_args_known(runtime))
		return resolve_named(ret_root, named, runtime, err);
	*ret_root = TAKE_PTR(named);
	return 0;
}

int runtime_root_has_container(const char *root, const char *id, bool *ret_has,
			       struct err *err)
{
	char path[PATH_SIZE];
	struct stat st;

	*ret_has = false;
	if (*root != '/')
		return 0;
	if (strchr(id, '/'))
		return err_set(err, "invalid container id '%s'", id);
	if (snprintf(path, sizeof(path), "%s/%s", root, id) >= PATH_SIZE)
		return err_too_long(err);
	*ret_has = lstat(path, &st) == 0;
	if (*ret_has || errno == ENOENT || errno == ENOTDIR)
		return 0;
	return err_set_errno(err, errno, "'%s'", path);
}
