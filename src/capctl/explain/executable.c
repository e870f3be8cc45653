/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/executable.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"

/* Nested scripts, as many as the kernel follows: BINPRM_MAX_RECURSION. */
#define INTERPRETERS_MAX 5

/* A search under way. */
struct search {
	struct executable *executable;
	const char *bundle;
	struct err *reason;
};

void executable_free(struct executable *executable)
{
	command_free(&executable->command);
	rootfs_view_free(&executable->view);
	rootfs_close(&executable->rootfs);
	rootfs_file_free(&executable->file);
	free(executable->path);
	free(executable->interpreter);
	*executable = (struct executable)EXECUTABLE_INIT;
}

static int open_root(struct search *search)
{
	struct executable *executable = search->executable;
	const char *root = executable->view.tree.root;
	char *path CLEANUP_FREE = NULL;

	if (!root)
		return err_set(search->reason, "config.json has no root.path");
	path = alloc_path(search->bundle, root);
	if (!path)
		return err_set_no_memory(search->reason);
	if (rootfs_open(&executable->rootfs, path, search->reason) < 0) {
		executable->unreadable = access(path, F_OK) == 0 ||
					 (errno != ENOENT && errno != ENOTDIR);
		return err_wrap(search->reason, "root.path");
	}
	rootfs_view_resolve(&executable->view, &executable->rootfs,
			    search->bundle);
	return 0;
}

static int check_covered(const struct search *search, const char *path)
{
	const struct spec_mount *mount =
		rootfs_view_mount(&search->executable->view, path);

	if (!mount)
		return 0;
	return err_set(
		search->reason,
		"'%s' is on the mount '%s', which only the running container has",
		path, mount->destination);
}

/* A directory of $PATH that a mount covers may hold the program. */
static int check_path_variable(const struct search *search, const char *cwd)
{
	const char *part = search->executable->command.search;
	size_t len;

	for (; part && *part; part += len + (part[len] == ':')) {
		char *name CLEANUP_FREE = NULL, *path CLEANUP_FREE = NULL;

		len = strcspn(part, ":");
		name = strndup(part, len);
		path = name ? alloc_path(cwd, name) : NULL;
		if (!path)
			return err_set_no_memory(search->reason);
		if (check_covered(search, path) < 0)
			return -1;
	}
	return 0;
}

/* The container will see the mount's source there, and nothing else. */
static bool can_follow(const struct spec_tree *tree,
		       const struct spec_mount *mount, const char *path)
{
	struct spec_tree one = { .mounts_count = 1 };
	size_t i;

	if (!mount || !mount->bind || !mount->source || mount->mapped ||
	    strstr(path, "/.."))
		return false;
	i = (size_t)(mount - tree->mounts);
	one.mounts = &tree->mounts[i];
	while (++i < tree->mounts_count)
		if (spec_tree_mount(&one, tree->mounts[i].destination))
			return false;
	return true;
}

/* 1: the path is on a bind mount, and its file was found in the source. */
static int find_bound(struct search *search, const char *path,
		      struct rootfs_file *ret_file)
{
	struct executable *executable = search->executable;
	const struct spec_mount *mount =
		rootfs_view_mount(&executable->view, path);
	char *source CLEANUP_FREE = NULL;
	const char *name;

	if (!can_follow(&executable->view.tree, mount, path))
		return check_covered(search, path);
	source = alloc_path(search->bundle, mount->source);
	if (!source)
		return err_set_no_memory(search->reason);
	name = path + strlen(mount->destination);
	name += strspn(name, "/");
	if (rootfs_stat_bound(&executable->rootfs, source, name, ret_file,
			      search->reason) < 0)
		return err_wrap(search->reason, "'%s' is on the mount '%s'",
				path, mount->destination);
	ret_file->path = strdup(path);
	if (!ret_file->path)
		return err_set_no_memory(search->reason);
	ret_file->program.noexec |= mount->noexec;
	executable->bound = mount;
	return 1;
}

/* Links in the image can cross a mount: see take_executable(). */
static int find_file(struct search *search, const char *name, const char *cwd,
		     struct rootfs_file *ret_file)
{
	struct executable *executable = search->executable;
	char *path CLEANUP_FREE = NULL;
	int found;

	executable->bound = NULL;
	if (strchr(name, '/')) {
		path = alloc_path(cwd, name);
		found = path ? find_bound(search, path, ret_file)
			     : err_set_no_memory(search->reason);
	} else {
		found = check_path_variable(search, cwd);
	}
	if (found)
		return found < 0 ? -1 : 0;
	return rootfs_find_program(&executable->rootfs, name,
				   executable->command.search, cwd, ret_file,
				   search->reason);
}

/* Sets executable->file; ret_path is where it was found, also on -1. */
static int take_executable(struct search *search, const char *name,
			   char **ret_path)
{
	struct executable *executable = search->executable;
	const char *cwd =
		executable->command.cwd ? executable->command.cwd : "/";
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };

	if (find_file(search, name, cwd, &file) < 0) {
		executable->unreadable = file.unreadable;
		return -1;
	}
	free(*ret_path);
	/* The analyzer loses its way in find_file(), which sets it. */
	*ret_path = strdup(file.path); /* NOLINT(clang-analyzer-core.*) */
	if (!*ret_path)
		return err_set_no_memory(search->reason);
	rootfs_file_free(&executable->file);
	executable->file = file;
	file.path = NULL;
	if (executable->file.program.noexec)
		return err_set(search->reason, "'%s' is on a noexec mount",
			       *ret_path);
	if (!executable->bound && check_covered(search, *ret_path) < 0)
		return -1;
	executable->unreadable = executable->file.unread;
	if (executable->file.unread)
		return err_set(search->reason,
			       "'%s' cannot be read: it may be a script",
			       *ret_path);
	return 0;
}

/* The kernel opens the interpreter by its path and ignores $PATH. */
static int take_interpreter(struct search *search)
{
	struct executable *executable = search->executable;
	const char *named = executable->file.interpreter;
	char *script CLEANUP_FREE = alloc_path("", executable->file.path);
	char *name CLEANUP_FREE = alloc_path(".", named);

	if (!script || !name)
		return err_set_no_memory(search->reason);
	if (!*named)
		return err_set(search->reason,
			       "'%s' starts with '#!' but names no interpreter",
			       script);
	if (take_executable(search, name, &executable->interpreter) < 0)
		return err_wrap(search->reason, "interpreter of '%s'", script);
	return 0;
}

int executable_find(struct executable *executable, const char *bundle,
		    struct err *reason)
{
	struct search search = { executable, bundle, reason };

	if (!executable->command.program)
		return err_set(reason,
			       "config.json has no program in process.args");
	if (open_root(&search) < 0 ||
	    take_executable(&search, executable->command.program,
			    &executable->path) < 0)
		return -1;
	for (int i = 0; executable->file.program.script; i++) {
		if (i == INTERPRETERS_MAX)
			return err_set(reason,
				       "'%s' needs more than %d interpreters",
				       executable->path, INTERPRETERS_MAX);
		if (take_interpreter(&search) < 0)
			return -1;
	}
	return 0;
}

/* A bind mount that has options does not inherit those of its source. */
bool executable_may_remount(const struct executable *executable)
{
	if (executable->bound)
		return !executable->bound->nosuid;
	return rootfs_view_may_remount(&executable->view, &executable->file);
}
