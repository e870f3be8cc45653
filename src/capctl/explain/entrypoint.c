/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/entrypoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "capctl/explain/command.h"
#include "capctl/rootfs/view.h"

/* Scripts of scripts, as the kernel follows them: BINPRM_MAX_RECURSION. */
#define INTERPRETERS_MAX 5

struct look {
	struct entrypoint *entry;
	const struct dryrun *run;
	struct command command;
	struct rootfs_view view;
	struct rootfs rootfs;
	struct rootfs_file file; /* the program, then its interpreter */
	const struct spec_mount *bound; /* that it comes from; NULL: the root */
};

#define CLEANUP_LOOK __attribute__((cleanup(look_free)))

static void look_free(struct look *look)
{
	command_free(&look->command);
	rootfs_view_free(&look->view);
	rootfs_close(&look->rootfs);
	rootfs_file_free(&look->file);
}

static enum execve_kernel running_kernel(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	if (uname(&name) < 0 ||
	    sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return EXECVE_BEFORE_6_17;
	return major > 6 || (major == 6 && minor >= 17) ? EXECVE_SINCE_6_17
							: EXECVE_BEFORE_6_17;
}

/* As the bundle has it: relative to the bundle's directory. */
static int open_root(struct look *look)
{
	const char *bundle = look->run->evaluation.bundle.directory_path;
	const char *root = look->view.tree.root;
	struct err *reason = &look->entry->reason;
	char *path CLEANUP_FREE = NULL;

	if (!root)
		return err_set(reason, "config.json names no root.path");
	path = alloc_path(bundle, root);
	if (!path)
		return err_set(reason, "out of memory");
	if (rootfs_open(&look->rootfs, path, reason) < 0) {
		look->entry->unreadable = access(path, F_OK) == 0 ||
					  (errno != ENOENT && errno != ENOTDIR);
		return err_wrap(reason, "root.path");
	}
	rootfs_view_resolve(&look->view, &look->rootfs, bundle);
	return 0;
}

/* What is mounted over the tree is not there yet. */
static int check_mount(const struct look *look, const char *path)
{
	const struct spec_mount *mount = rootfs_view_mount(&look->view, path);

	if (!mount)
		return 0;
	return err_set(
		&look->entry->reason,
		"'%s' lies on the mount '%s', which the runtime has yet to make",
		path, mount->destination);
}

static int check_search(const struct look *look, const char *cwd)
{
	const char *part = look->command.search;
	size_t len;

	for (; part && *part; part += len + (part[len] == ':')) {
		char *name CLEANUP_FREE = NULL, *path CLEANUP_FREE = NULL;

		len = strcspn(part, ":");
		name = strndup(part, len);
		path = name ? alloc_path(cwd, name) : NULL;
		if (!path)
			return err_set(&look->entry->reason, "out of memory");
		if (check_mount(look, path) < 0)
			return -1;
	}
	return 0;
}

/* All that will be seen there is in the mount's source. */
static bool can_follow(const struct look *look, const struct spec_mount *mount,
		       const char *path)
{
	struct spec_mount *mounts = look->view.tree.mounts;
	size_t i;

	if (!mount || !mount->bind || !mount->source || mount->mapped ||
	    strstr(path, "/.."))
		return false;
	i = (size_t)(mount - mounts);
	for (size_t k = i + 1; k < look->view.tree.mounts_count; k++) {
		struct spec_tree one = { .mounts = &mounts[i],
					 .mounts_count = 1 };

		if (spec_tree_mount(&one, mounts[k].destination))
			return false;
	}
	return true;
}

/* 1: it comes from a bind mount, and is there. */
static int find_bound(struct look *look, const char *path,
		      struct rootfs_file *ret_file)
{
	const struct spec_mount *mount = rootfs_view_mount(&look->view, path);
	struct err *reason = &look->entry->reason;
	char *source CLEANUP_FREE = NULL;
	const char *name;

	if (!can_follow(look, mount, path))
		return check_mount(look, path);
	source = alloc_path(look->run->evaluation.bundle.directory_path,
			    mount->source);
	if (!source)
		return err_set(reason, "out of memory");
	name = path + strlen(mount->destination);
	name += strspn(name, "/");
	if (rootfs_stat_bound(&look->rootfs, source, name, ret_file, reason) <
	    0)
		return err_wrap(reason, "'%s' lies on the mount '%s'", path,
				mount->destination);
	ret_file->path = strdup(path);
	if (!ret_file->path)
		return err_set(reason, "out of memory");
	ret_file->program.noexec |= mount->noexec;
	look->bound = mount;
	return 1;
}

/* As it is named: links may lead on from a mount, and to one. */
static int find_file(struct look *look, const char *name, const char *cwd,
		     struct rootfs_file *ret_file)
{
	char *path CLEANUP_FREE = NULL;
	int found;

	look->bound = NULL;
	if (strchr(name, '/')) {
		path = alloc_path(cwd, name);
		found = path ? find_bound(look, path, ret_file)
			     : err_set(&look->entry->reason, "out of memory");
	} else {
		found = check_search(look, cwd);
	}
	if (found)
		return found < 0 ? -1 : 0;
	if (rootfs_find_program(&look->rootfs, name, look->command.search, cwd,
				ret_file, &look->entry->reason) < 0)
		return -1;
	return 0;
}

/* Becomes look->file; ret_path: where it was found, also on -1. */
static int take_file(struct look *look, const char *name, char **ret_path)
{
	const char *cwd = look->command.cwd ? look->command.cwd : "/";
	struct err *reason = &look->entry->reason;
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };

	if (find_file(look, name, cwd, &file) < 0) {
		look->entry->unreadable = file.unreadable;
		return -1;
	}
	free(*ret_path);
	*ret_path = strdup(file.path);
	if (!*ret_path)
		return err_set(reason, "out of memory");
	rootfs_file_free(&look->file);
	look->file = file;
	file.path = NULL;
	if (look->file.program.noexec)
		return err_set(reason, "'%s' lies on a noexec mount",
			       *ret_path);
	if (!look->bound && check_mount(look, *ret_path) < 0)
		return -1;
	look->entry->unreadable = look->file.unread;
	return look->file.unread
		       ? err_set(reason,
				 "'%s' cannot be read: it may be a script",
				 *ret_path)
		       : 0;
}

/* The kernel opens it by its path alone, whatever $PATH says. */
static int take_interpreter(struct look *look)
{
	struct entrypoint *entry = look->entry;
	char *script CLEANUP_FREE = alloc_path("", look->file.path);
	char *name CLEANUP_FREE = alloc_path(".", look->file.interpreter);

	if (!script || !name)
		return err_set(&entry->reason, "out of memory");
	if (!*look->file.interpreter)
		return err_set(&entry->reason,
			       "'%s' begins with '#!' and names no interpreter",
			       script);
	if (take_file(look, name, &entry->interpreter) < 0)
		return err_wrap(&entry->reason, "interpreter of '%s'", script);
	return 0;
}

static int find_program(struct look *look)
{
	struct entrypoint *entry = look->entry;

	if (!look->command.program)
		return err_set(&entry->reason,
			       "config.json names no program (process.args)");
	if (open_root(look) < 0 ||
	    take_file(look, look->command.program, &entry->path) < 0)
		return -1;
	for (int i = 0; look->file.program.script; i++) {
		if (i == INTERPRETERS_MAX)
			return err_set(
				&entry->reason,
				"'%s' leads through more than %d interpreters",
				entry->path, INTERPRETERS_MAX);
		if (take_interpreter(look) < 0)
			return -1;
	}
	return 0;
}

/* What a bind mount has of its source's goes with any option. */
static bool may_remount(const struct look *look)
{
	return look->bound ? !look->bound->nosuid
			   : rootfs_view_may_remount(&look->view, &look->file);
}

static int check_nosuid(const struct look *look)
{
	const struct privileged_file *program = &look->file.program;

	if (!program->file.nosuid || !privileged_is_special(program) ||
	    !may_remount(look))
		return 0;
	return err_set(
		&look->entry->reason,
		"the set-user-ID and set-group-ID bits and capabilities of '%s' are without effect on a nosuid mount, but the runtime may remount the tree without that",
		look->file.path);
}

/* What the runtime makes of config.json does not stand in it then. */
static int check_config(const struct look *look)
{
	const struct spec *spec = &look->run->evaluation.spec;

	if (!spec->has_capabilities)
		return err_set(
			&look->entry->reason,
			"config.json has no process.capabilities: what that means depends on the runtime's version");
	if (spec->user.present && spec->user.path)
		return err_set(
			&look->entry->reason,
			"it joins a user namespace, whose users cannot be seen from here");
	return 0;
}

/*
 * What the runtime holds when it executes the program: silently without what
 * it cannot make ambient or bounding.
 */
static struct capsets task_sets(const struct look *look)
{
	const struct evaluation *evaluation = &look->run->evaluation;
	const struct own_caps *own = &look->run->node->own;
	struct capsets sets = evaluation->has_decision
				      ? evaluation->decision.sets
				      : evaluation->spec.sets;

	for (int i = 0; i < CAPSET_COUNT; i++)
		sets.set[i] &= own->kernel;
	if (!evaluation->spec.new_userns)
		sets.set[CAPSET_BOUNDING] &= own->bounding;
	sets.set[CAPSET_AMBIENT] &=
		sets.set[CAPSET_INHERITABLE] & sets.set[CAPSET_PERMITTED];
	return sets;
}

static void describe_task(struct look *look)
{
	const struct evaluation *evaluation = &look->run->evaluation;
	const struct rootfs_view *view = &look->view;
	struct execve_task *task = &look->entry->task;

	*task = (struct execve_task){
		.sets = task_sets(look),
		.kernel = look->run->node->own.kernel,
		.uid = rootfs_view_uid(view, evaluation->spec.uid),
		.gid = rootfs_view_gid(view, evaluation->spec.gid),
		.no_new_privs = evaluation->has_decision
					? evaluation->decision.no_new_privileges
					: evaluation->spec.no_new_privileges,
		.root = rootfs_view_uid(view, 0),
		.rules = running_kernel(),
	};
	task->euid = task->uid;
	task->egid = task->gid;
	for (size_t i = 0; i < look->command.groups_count; i++)
		look->command.groups[i] =
			rootfs_view_gid(view, look->command.groups[i]);
	task->groups = look->command.groups;
	task->groups_count = look->command.groups_count;
}

static void describe_file(struct look *look)
{
	const struct spec_mount *mount =
		spec_tree_mount(&look->view.tree, look->file.path);
	struct execve_file *file = &look->entry->file;

	*file = look->file.program.file;
	file->unmapped = !rootfs_view_has_owner(&look->view, &look->file);
	file->nosuid = file->nosuid || (mount && mount->nosuid);
}

int entrypoint_look(struct entrypoint *ret_entry, const struct dryrun *run,
		    struct err *err)
{
	struct look look CLEANUP_LOOK = { .entry = ret_entry,
					  .run = run,
					  .rootfs = ROOTFS_INIT };
	const struct json_doc *doc = &run->evaluation.restored;

	*ret_entry = (struct entrypoint){ 0 };
	if (command_read(&look.command, doc, err) < 0)
		return -1;
	if (look.command.program) {
		ret_entry->name = strdup(look.command.program);
		if (!ret_entry->name)
			return err_set(err, "out of memory");
	}
	if (check_config(&look) < 0 ||
	    rootfs_view_read(&look.view, doc, run->evaluation.spec.new_userns,
			     run->args.dialect, &ret_entry->reason) < 0 ||
	    find_program(&look) < 0 || check_nosuid(&look) < 0)
		return 0;
	describe_task(&look);
	describe_file(&look);
	ret_entry->result = execve_predict(&ret_entry->task, &ret_entry->file);
	/* Lent for the prediction alone. */
	ret_entry->task.groups = NULL;
	ret_entry->task.groups_count = 0;
	ret_entry->found = true;
	return 0;
}

void entrypoint_free(struct entrypoint *entry)
{
	free(entry->name);
	free(entry->path);
	free(entry->interpreter);
	*entry = (struct entrypoint){ 0 };
}
