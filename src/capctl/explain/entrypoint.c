/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/entrypoint.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "capctl/explain/executable.h"

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

/* Cases that config.json does not decide. */
static int check_decidable(const struct spec *spec, struct err *reason)
{
	if (!spec->has_capabilities)
		return err_set(
			reason,
			"config.json has no process.capabilities: runtimes and their versions differ on what this means");
	if (spec->user.present && spec->user.path)
		return err_set(
			reason,
			"the container joins a user namespace, whose ID mappings are not known");
	return 0;
}

static int check_nosuid(const struct executable *executable, struct err *reason)
{
	const struct privileged_file *program = &executable->file.program;

	if (!program->file.nosuid || !privileged_is_special(program) ||
	    !executable_may_remount(executable))
		return 0;
	return err_set(
		reason,
		"'%s' has a set-user-ID or set-group-ID bit or capabilities and is on a nosuid mount, which the runtime may remount without nosuid",
		executable->file.path);
}

static int read_view(struct executable *executable, const struct dryrun *run,
		     struct err *reason)
{
	const struct evaluation *evaluation = &run->evaluation;

	if (check_decidable(&evaluation->spec, reason) < 0)
		return -1;
	return rootfs_view_read(&executable->view, &evaluation->restored,
				evaluation->spec.new_userns, run->args.dialect,
				reason);
}

static int find_executable(struct executable *executable,
			   const struct dryrun *run, struct err *reason)
{
	if (read_view(executable, run, reason) < 0 ||
	    executable_find(executable, run->evaluation.bundle.directory_path,
			    reason) < 0)
		return -1;
	return check_nosuid(executable, reason);
}

/*
 * The sets of the runtime when it executes the program. It ignores without a
 * message what it cannot make ambient or bounding.
 */
static struct capsets task_sets(const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	const struct own_caps *own = &run->node->own;
	struct capsets sets = evaluation->has_decision
				      ? evaluation->decision.sets
				      : evaluation->spec.sets;

	for (int i = 0; i < CAPSET_COUNT; i++)
		sets.set[i] &= own->kernel;
	if (evaluation->userns != NAMESPACE_OTHER)
		sets.set[CAPSET_BOUNDING] &= own->bounding;
	sets.set[CAPSET_AMBIENT] &=
		sets.set[CAPSET_INHERITABLE] & sets.set[CAPSET_PERMITTED];
	return sets;
}

static struct execve_task describe_task(struct executable *executable,
					const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	const struct rootfs_view *view = &executable->view;
	struct command *command = &executable->command;
	struct execve_task task = {
		.sets = task_sets(run),
		.kernel = run->node->own.kernel,
		.uid = rootfs_view_uid(view, evaluation->spec.uid),
		.gid = rootfs_view_gid(view, evaluation->spec.gid),
		.no_new_privs = evaluation->has_decision
					? evaluation->decision.no_new_privileges
					: evaluation->spec.no_new_privileges,
		.root = rootfs_view_uid(view, 0),
		.rules = running_kernel(),
	};

	task.euid = task.uid;
	task.egid = task.gid;
	for (size_t i = 0; i < command->groups_count; i++)
		command->groups[i] = rootfs_view_gid(view, command->groups[i]);
	task.groups = command->groups;
	task.groups_count = command->groups_count;
	return task;
}

static struct execve_file describe_program(const struct executable *executable)
{
	const struct spec_mount *mount =
		spec_tree_mount(&executable->view.tree, executable->file.path);
	struct execve_file file = executable->file.program.file;

	file.unmapped =
		!rootfs_view_has_owner(&executable->view, &executable->file);
	file.nosuid = file.nosuid || (mount && mount->nosuid);
	return file;
}

static void predict_entrypoint(struct entrypoint *entry,
			       struct executable *executable,
			       const struct dryrun *run)
{
	entry->task = describe_task(executable, run);
	entry->result = execve_predict(&entry->task, &entry->file);
	/* They belong to the command. */
	entry->task.groups = NULL;
	entry->task.groups_count = 0;
	entry->found = true;
}

int entrypoint_predict(struct entrypoint *ret_entry, const struct dryrun *run,
		       struct err *err)
{
	struct executable executable CLEANUP_EXECUTABLE = EXECUTABLE_INIT;
	struct command *command = &executable.command;

	*ret_entry = (struct entrypoint){ 0 };
	if (command_read(command, &run->evaluation.restored, err) < 0)
		return -1;
	if (command->program) {
		ret_entry->name = strdup(command->program);
		if (!ret_entry->name)
			return err_set_no_memory(err);
	}
	if (find_executable(&executable, run, &ret_entry->reason) == 0) {
		ret_entry->file = describe_program(&executable);
		predict_entrypoint(ret_entry, &executable, run);
	}
	ret_entry->unreadable = executable.unreadable;
	ret_entry->path = TAKE_PTR(executable.path);
	ret_entry->interpreter = TAKE_PTR(executable.interpreter);
	return 0;
}

int entrypoint_predict_plain(struct entrypoint *ret_entry,
			     const struct dryrun *run, struct err *err)
{
	struct executable executable CLEANUP_EXECUTABLE = EXECUTABLE_INIT;

	*ret_entry = (struct entrypoint){ 0 };
	if (command_read(&executable.command, &run->evaluation.restored, err) <
	    0)
		return -1;
	if (read_view(&executable, run, &ret_entry->reason) == 0)
		predict_entrypoint(ret_entry, &executable, run);
	return 0;
}

void entrypoint_free(struct entrypoint *entry)
{
	free(entry->name);
	free(entry->path);
	free(entry->interpreter);
	*entry = (struct entrypoint){ 0 };
}
