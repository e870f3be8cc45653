/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/root.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static int print_default(char ret_path[PATH_SIZE], const char *runtime)
{
	const char *base = secure_getenv("XDG_RUNTIME_DIR");

	if (!base || !*base || !uses_user_directory(runtime))
		base = "/run";
	return snprintf(ret_path, PATH_SIZE, "%s/%s", base,
			is_crun(runtime) ? "crun" : "runc");
}

/* Go's os.Getwd() prefers $PWD, which can contain symbolic links. */
static bool is_go_directory(const char *path)
{
	struct stat named, here;

	return path && *path == '/' && stat(path, &named) == 0 &&
	       stat(".", &here) == 0 && named.st_dev == here.st_dev &&
	       named.st_ino == here.st_ino;
}

/* What a relative root is below; NULL: the current directory. */
static const char *find_base(const struct runtime_args *args,
			     const char *runtime)
{
	const char *named;

	/* crun changes to the bundle before it uses the root. */
	if (is_crun(runtime))
		return args->bundle && *args->bundle ? args->bundle : NULL;
	named = secure_getenv("PWD");
	return is_go_directory(named) ? named : NULL;
}

/* Not inlined: other calls touch no pages of the stack for it. */
static __attribute__((noinline)) int
print_relative(char ret_path[PATH_SIZE], const char *path,
	       const struct runtime_args *args, const char *runtime,
	       struct err *err)
{
	char directory[PATH_SIZE];
	const char *base = find_base(args, runtime);

	if (!base)
		base = getcwd(directory, sizeof(directory));
	if (!base)
		return err_set_errno(err, errno, "current directory");
	return snprintf(ret_path, PATH_SIZE, "%s/%s", base, path) < PATH_SIZE
		       ? 0
		       : err_too_long(err);
}

/* Absolute, unless the bundle is relative. */
static int print_path(char ret_path[PATH_SIZE], const char *path,
		      const struct runtime_args *args, const char *runtime,
		      struct err *err)
{
	if (*path != '/')
		return print_relative(ret_path, path, args, runtime, err);
	return snprintf(ret_path, PATH_SIZE, "%s", path) < PATH_SIZE
		       ? 0
		       : err_too_long(err);
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
static int resolve_existing(char ret_path[PATH_SIZE], char path[PATH_SIZE],
			    struct err *err)
{
	size_t len = strlen(path), used;
	char *found = realpath(path, ret_path);
	int size;

	while (!found && (len = cut_root_name(path, len)) > 0) {
		char next = path[len];

		path[len] = '\0';
		found = realpath(path, ret_path);
		path[len] = next;
	}
	used = found ? strlen(ret_path) : 0;
	size = snprintf(ret_path + used, PATH_SIZE - used, "/%s", path + len);
	if (size >= (int)(PATH_SIZE - used))
		return err_too_long(err);
	path_clean(ret_path);
	return 0;
}

int runtime_root_resolve(char ret_root[PATH_SIZE],
			 const struct runtime_args *args, const char *runtime,
			 struct err *err)
{
	const char *root = args->root;
	char path[PATH_SIZE];

	if (root && !*root)
		return err_set(err, "--root is empty: name a directory");
	if (!root && !runtime_args_known(runtime)) {
		snprintf(ret_root, PATH_SIZE, "%s", path_basename(runtime));
		return 0;
	}
	if (!root) {
		if (print_default(ret_root, runtime) >= PATH_SIZE)
			return err_too_long(err);
		root = ret_root;
	}
	if (print_path(path, root, args, runtime, err) < 0)
		return -1;
	if (!is_crun(runtime))
		path_clean(path);
	return resolve_existing(ret_root, path, err);
}

int runtime_root_has_container(const char *root, const char *id, bool *ret_has,
			       struct err *err)
{
	char path[PATH_SIZE];
	struct stat st;

	*ret_has = false;
	if (*root != '/')
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", root, id) >= PATH_SIZE)
		return err_too_long(err);
	*ret_has = lstat(path, &st) == 0;
	if (*ret_has || errno == ENOENT || errno == ENOTDIR)
		return 0;
	return err_set_errno(err, errno, "'%s'", path);
}
