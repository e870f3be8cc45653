/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/scan/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

static int refuse_config(const struct scan *scan, struct err *err)
{
	char *path CLEANUP_FREE = alloc_text("%s/config.json", scan->operand);
	struct stat st;

	if (!path)
		return err_set_no_memory(err);
	if (lstat(path, &st) == 0)
		return err_set(err,
			       "'%s' is ambiguous: use --bundle if '%s' is a "
			       "bundle, --rootfs if it is a root file system",
			       path, scan->operand);
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return 0;
	return err_set_errno(err, errno, "'%s'", path);
}

static int find_root(struct scan *scan, struct err *err)
{
	const char *root = scan->view.tree.root;

	if (!root || !*root)
		return err_set(err, "'%s/config.json' has no root.path",
			       scan->operand);
	scan->path = alloc_path(scan->operand, root);
	return scan->path ? 0 : err_set_no_memory(err);
}

static void find_users(struct scan *scan)
{
	const struct spec *spec = &scan->run.evaluation.spec;

	scan->any_root = spec->user.present && spec->user.path;
	scan->root = rootfs_view_uid(&scan->view, 0);
}

/* The sets of the container's first program, and its limits. */
static struct privileged_grant bundle_grant(const struct scan *scan)
{
	const struct evaluation *evaluation = &scan->run.evaluation;
	const struct spec *spec = &evaluation->spec;
	const struct decision *decision = &evaluation->decision;
	const capmask *set =
		evaluation->has_decision ? decision->sets.set : spec->sets.set;
	capmask bounding =
		spec->has_capabilities ? set[CAPSET_BOUNDING] : UINT64_MAX;

	return (struct privileged_grant){
		.ambient = set[CAPSET_AMBIENT] & set[CAPSET_INHERITABLE] &
			   set[CAPSET_PERMITTED],
		.inheritable = set[CAPSET_INHERITABLE],
		/* The kernel ignores capabilities that it does not know. */
		.bounding = bounding | ~scan->node.own.kernel,
		.no_new_privileges = evaluation->has_decision
					     ? decision->no_new_privileges
					     : spec->no_new_privileges,
		.has_user = true,
		.uid = rootfs_view_uid(&scan->view, spec->uid),
		.gid = rootfs_view_gid(&scan->view, spec->gid),
		.root = scan->root,
	};
}

/* No grant if the container would not start. */
static int add_bundle_grant(struct scan *scan, struct err *err)
{
	const struct evaluation *evaluation = &scan->run.evaluation;

	if (*scan->run.reason.text || !evaluation->spec.has_process)
		return 0;
	scan->grants = calloc(1, sizeof(*scan->grants));
	if (!scan->grants)
		return err_set_no_memory(err);
	scan->grants[scan->grants_count++].grant = bundle_grant(scan);
	return 0;
}

static int read_bundle(struct scan *scan, struct err *err)
{
	const struct dryrun_options options = { .policy = scan->policy };
	const struct evaluation *evaluation = &scan->run.evaluation;

	if (dryrun_load(&scan->node, &options, err) < 0)
		return -1;
	scan->has_node = true;
	if (dryrun_bundle(&scan->run, &scan->node, scan->operand, err) < 0)
		return -1;
	if (!evaluation->restored.text) {
		*err = scan->run.reason;
		return -1;
	}
	scan->is_bundle = true;
	if (rootfs_view_read(&scan->view, &evaluation->restored,
			     evaluation->spec.new_userns,
			     scan->run.args.dialect, err) < 0 ||
	    find_root(scan, err) < 0)
		return -1;
	find_users(scan);
	return add_bundle_grant(scan, err);
}

int scan_bundle_read(struct scan *scan, struct err *err)
{
	if (scan->as_rootfs)
		return 0;
	return scan->as_bundle ? read_bundle(scan, err)
			       : refuse_config(scan, err);
}

struct privileged_file scan_bundle_view(const struct scan *scan,
					const struct rootfs_file *file,
					const struct spec_mount **ret_mount)
{
	struct privileged_file program = file->program;
	const struct spec_mount *mount =
		rootfs_view_mount(&scan->view, file->path);

	*ret_mount = NULL;
	program.file.unmapped = !rootfs_view_has_owner(&scan->view, file);
	if (rootfs_view_may_remount(&scan->view, file))
		program.file.nosuid = program.noexec = false;
	/* The root of a joined user namespace can be any user. */
	if (scan->any_root)
		program.file.caps.root = 0;
	if (mount && (!mount->itself || mount->nosuid || mount->noexec))
		*ret_mount = mount;
	return program;
}
