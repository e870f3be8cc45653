/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/scan/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "spec/find.h"

/* An image may hold a file of this name as well: what is in it tells. */
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
		if (spec_find_member(doc, json_root(doc), keys[i], &value))
			return true;
	return false;
}

static int find_root(struct scan *scan, struct err *err)
{
	const char *root = scan->tree.root;

	if (!root || !*root)
		return err_set(err, "'%s/config.json' names no root.path",
			       scan->operand);
	scan->path = alloc_path(scan->operand, root);
	return scan->path ? 0 : err_set(err, "out of memory");
}

static void find_users(struct scan *scan)
{
	const struct spec *spec = &scan->run.evaluation.spec;

	scan->any_root = spec->user.present && spec->user.path;
	scan->root = spec_map_outer(&scan->tree.users, spec->new_userns, 0);
}

/* What the container's first program will hold, and what it never can. */
static struct privileged_grant grant_of(const struct scan *scan)
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
		/* The kernel passes over what it does not know. */
		.bounding = bounding | ~scan->node.own.kernel,
		.no_new_privileges = evaluation->has_decision
					     ? decision->no_new_privileges
					     : spec->no_new_privileges,
		.has_user = true,
		.uid = spec_map_outer(&scan->tree.users, spec->new_userns,
				      spec->uid),
		.gid = spec_map_outer(&scan->tree.groups, spec->new_userns,
				      spec->gid),
		.root = scan->root,
	};
}

/* A container that does not start holds nothing. */
static int add_grant(struct scan *scan, struct err *err)
{
	const struct evaluation *evaluation = &scan->run.evaluation;

	if (*scan->run.reason.text || !evaluation->spec.has_process)
		return 0;
	scan->grants = calloc(1, sizeof(*scan->grants));
	if (!scan->grants)
		return err_set(err, "out of memory");
	scan->grants[scan->grants_count++].grant = grant_of(scan);
	return 0;
}

static int advise(struct err *err)
{
	struct err reason = *err;

	return err_set(err, "%s (no bundle? --rootfs)", reason.text);
}

/* 1: it is one. */
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
	if (spec_tree_read(&scan->tree, &evaluation->restored, err) < 0 ||
	    find_root(scan, err) < 0)
		return -1;
	find_users(scan);
	return add_grant(scan, err);
}

int scan_bundle_read(struct scan *scan, struct err *err)
{
	int status;

	if (scan->as_rootfs || !has_config(scan->operand, err, &status))
		return scan->as_rootfs ? 0 : status;
	return read_bundle(scan, err) < 0 ? advise(err) : 0;
}

/* The directory that is bound is the very one that it is bound over. */
static bool is_itself(const struct scan *scan, const struct spec_mount *mount,
		      const struct stat *there)
{
	char *path CLEANUP_FREE = NULL;
	struct stat source;

	if (!mount->bind || !mount->source)
		return false;
	path = alloc_path(scan->operand, mount->source);
	return path && stat(path, &source) == 0 &&
	       source.st_dev == there->st_dev && source.st_ino == there->st_ino;
}

/*
 * To where the runtime will come by the links of the image. A mount that hides
 * nothing and forbids nothing is forgotten.
 */
static void resolve_mount(const struct scan *scan, const struct rootfs *rootfs,
			  struct spec_mount *mount)
{
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err ignored;
	struct stat st;
	int fd CLEANUP_FD =
		rootfs_open_in(rootfs->fd, mount->destination, O_PATH);

	if (fd < 0 || fstat(fd, &st) < 0 ||
	    rootfs_look(rootfs, mount->destination, &file, &ignored) < 0)
		return;
	free(mount->destination);
	mount->destination = TAKE_PTR(file.path);
	mount->bind = is_itself(scan, mount, &st);
}

void scan_bundle_resolve(struct scan *scan, const struct rootfs *rootfs)
{
	for (size_t i = 0; i < scan->tree.mounts_count; i++)
		resolve_mount(scan, rootfs, &scan->tree.mounts[i]);
}

/* As entrypoint.c has it: a remount of the root loses its mount's options. */
static void forget_remounted(const struct scan *scan,
			     struct privileged_file *program)
{
	bool remounts =
		scan->tree.readonly || scan->run.args.dialect == RUNTIME_CRUN;

	if (!remounts || scan->run.evaluation.spec.new_userns)
		return;
	program->file.nosuid = false;
	program->noexec = false;
}

struct privileged_file scan_bundle_view(const struct scan *scan,
					const struct rootfs_file *file,
					const struct spec_mount **ret_mount)
{
	struct privileged_file program = file->program;
	const struct spec_mount *mount =
		spec_tree_mount(&scan->tree, file->path);

	*ret_mount = NULL;
	program.file.unmapped = !spec_tree_has_owner(
		&scan->tree, scan->run.evaluation.spec.new_userns,
		program.file.uid, program.file.gid);
	forget_remounted(scan, &program);
	/* Of whichever root they are: it may be this container's. */
	if (scan->any_root)
		program.file.caps.root = 0;
	if (!mount || strcmp(mount->destination, "/") == 0)
		return program;
	if (!mount->bind || mount->nosuid || mount->noexec)
		*ret_mount = mount;
	return program;
}
