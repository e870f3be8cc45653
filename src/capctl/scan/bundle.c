/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/scan/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "json/read.h"

/* An image may have such a file, too: is_config() checks the content. */
static bool has_config(const char *operand, struct err *err, int *ret_status)
{
	char *path CLEANUP_FREE = alloc_text("%s/config.json", operand);
	struct stat st;

	*ret_status = 0;
	if (!path) {
		*ret_status = err_set(err, "out of memory");
		return false;
	}
	if (stat(path, &st) == 0)
		return true;
	if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		*ret_status = err_set_errno(err, errno, "'%s'", path);
	return false;
}

static bool is_config(const struct json_doc *doc)
{
	static const char *const keys[] = { "ociVersion", "root", "process" };
	struct json_value value;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json_find(doc, json_root(doc), keys[i], &value))
			return true;
	return false;
}

static int find_root(struct scan *scan, struct err *err)
{
	const char *root = scan->view.tree.root;

	if (!root || !*root)
		return err_set(err, "'%s/config.json' has no root.path",
			       scan->operand);
	scan->path = alloc_path(scan->operand, root);
	return scan->path ? 0 : err_set(err, "out of memory");
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
		return err_set(err, "out of memory");
	scan->grants[scan->grants_count++].grant = bundle_grant(scan);
	return 0;
}

static int suggest_rootfs(struct err *err)
{
	struct err reason = *err;

	return err_set(err, "%s (not a bundle? use --rootfs)", reason.text);
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
	if (!evaluation->restored_text) {
		*err = scan->run.reason;
		return -1;
	}
	if (!is_config(&evaluation->restored))
		return 0;
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
	int status;

	if (scan->as_rootfs || !has_config(scan->operand, err, &status))
		return scan->as_rootfs ? 0 : status;
	return read_bundle(scan, err) < 0 ? suggest_rootfs(err) : 0;
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
