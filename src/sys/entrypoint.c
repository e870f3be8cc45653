/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "entrypoint.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "spec_command.h"
#include "spec_tree.h"

/* Scripts of scripts, as the kernel follows them: BINPRM_MAX_RECURSION. */
#define INTERPRETERS_MAX 5

struct look {
	struct entrypoint *entry;
	const struct dryrun *run;
	struct spec_command command;
	struct spec_tree tree;
	struct rootfs rootfs;
	struct rootfs_file file; /* the program, then its interpreter */
};

#define CLEANUP_LOOK __attribute__((cleanup(look_free)))

static void look_free(struct look *look)
{
	spec_command_free(&look->command);
	spec_tree_free(&look->tree);
	rootfs_close(&look->rootfs);
	rootfs_file_free(&look->file);
}

static enum exec_kernel running_kernel(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	if (uname(&name) < 0 ||
	    sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return EXEC_BEFORE_6_17;
	return major > 6 || (major == 6 && minor >= 17) ? EXEC_SINCE_6_17
							: EXEC_BEFORE_6_17;
}

/* As the bundle has it: relative to the bundle's directory. */
static int open_root(struct look *look)
{
	const char *directory = look->run->judge.bundle.directory_path;
	const char *root = look->tree.root;
	struct err *reason = &look->entry->reason;
	char *path CLEANUP_FREE = NULL;

	if (!root)
		return err_set(reason, "config.json names no root.path");
	if (asprintf(&path, "%s/%s", *root == '/' ? "" : directory, root) < 0) {
		path = NULL;
		return err_set(reason, "out of memory");
	}
	return rootfs_open(&look->rootfs, path, reason);
}

/* What is mounted over the tree is not there yet. */
static int check_mount(const struct look *look, const char *path)
{
	const struct spec_mount *mount = spec_tree_mount(&look->tree, path);

	if (!mount || strcmp(mount->destination, "/") == 0)
		return 0;
	return err_set(
		&look->entry->reason,
		"'%s' lies on the mount '%s', which the runtime has yet to make",
		path, mount->destination);
}

static int find_interpreter(struct look *look)
{
	struct entrypoint *entry = look->entry;
	struct rootfs_file next = { 0 };

	if (rootfs_look(&look->rootfs, look->file.interpreter, &next,
			&entry->reason) < 0) {
		rootfs_file_free(&next);
		return err_wrap(&entry->reason, "interpreter of '%s'",
				look->file.path);
	}
	rootfs_file_free(&look->file);
	look->file = next;
	free(entry->interpreter);
	entry->interpreter = strdup(next.path);
	if (!entry->interpreter)
		return err_set(&entry->reason, "out of memory");
	return check_mount(look, next.path);
}

static int find_program(struct look *look)
{
	struct entrypoint *entry = look->entry;
	const struct spec_command *command = &look->command;

	if (!command->program)
		return err_set(&entry->reason,
			       "config.json names no program (process.args)");
	if (open_root(look) < 0 ||
	    rootfs_find_program(&look->rootfs, command->program,
				command->search,
				command->cwd ? command->cwd : "/", &look->file,
				&entry->reason) < 0)
		return -1;
	entry->path = strdup(look->file.path);
	if (!entry->path)
		return err_set(&entry->reason, "out of memory");
	if (check_mount(look, entry->path) < 0)
		return -1;
	for (int i = 0; look->file.program.script && i < INTERPRETERS_MAX; i++)
		if (find_interpreter(look) < 0)
			return -1;
	return 0;
}

/* Numbers as stat(2) gives them here, in and out of a user namespace. */
static uint32_t outer(const struct look *look, const struct spec_map *map,
		      uint32_t id)
{
	uint32_t found;

	if (!look->run->judge.spec.new_userns)
		return id;
	return spec_map_outside(map, id, &found) ? found : EXEC_NO_ROOT;
}

static bool is_mapped(const struct look *look, const struct exec_file *file)
{
	uint32_t id;

	return !look->run->judge.spec.new_userns ||
	       (spec_map_inside(&look->tree.users, file->uid, &id) &&
		spec_map_inside(&look->tree.groups, file->gid, &id));
}

static void describe_task(struct look *look)
{
	const struct judge *judge = &look->run->judge;
	const struct spec_map *users = &look->tree.users;
	const struct spec_map *groups = &look->tree.groups;
	struct exec_task *task = &look->entry->task;

	*task = (struct exec_task){
		.sets = judge->has_decision ? judge->decision.sets
					    : judge->spec.sets,
		.kernel = look->run->node->own.kernel,
		.uid = outer(look, users, judge->spec.uid),
		.gid = outer(look, groups, judge->spec.gid),
		.no_new_privs = judge->has_decision
					? judge->decision.no_new_privileges
					: judge->spec.no_new_privileges,
		.root = outer(look, users, 0),
		.rules = running_kernel(),
	};
	task->euid = task->uid;
	task->egid = task->gid;
	for (size_t i = 0; i < look->command.groups_count; i++)
		look->command.groups[i] =
			outer(look, groups, look->command.groups[i]);
	task->groups = look->command.groups;
	task->groups_count = look->command.groups_count;
}

static void describe_file(struct look *look)
{
	const struct spec_mount *mount =
		spec_tree_mount(&look->tree, look->file.path);
	struct exec_file *file = &look->entry->file;

	*file = look->file.program.file;
	file->unmapped = !is_mapped(look, file);
	file->nosuid = file->nosuid || (mount && mount->nosuid);
}

int entrypoint_look(struct entrypoint *ret_entry, const struct dryrun *run,
		    struct err *err)
{
	struct look look CLEANUP_LOOK = { .entry = ret_entry,
					  .run = run,
					  .rootfs = ROOTFS_INIT };
	const struct json_doc *doc = &run->judge.restored;

	*ret_entry = (struct entrypoint){ 0 };
	if (spec_command_read(&look.command, doc, err) < 0 ||
	    spec_tree_read(&look.tree, doc, err) < 0)
		return -1;
	if (look.command.program) {
		ret_entry->name = strdup(look.command.program);
		if (!ret_entry->name)
			return err_set(err, "out of memory");
	}
	if (find_program(&look) < 0)
		return 0;
	describe_task(&look);
	describe_file(&look);
	ret_entry->result =
		exec_caps_predict(&ret_entry->task, &ret_entry->file);
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
