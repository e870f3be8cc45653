/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 'capctl scan' finds in a root file system or bundle: the files that raise
 * privileges and their effect under a policy, as text and as JSON.
 */
#ifndef CAPRUNTIME_CAPCTL_SCAN_SCAN_H
#define CAPRUNTIME_CAPCTL_SCAN_SCAN_H

#include <sys/stat.h>

#include "capctl/dryrun.h"
#include "capctl/execve/privileged.h"
#include "capctl/rootfs/rootfs.h"
#include "capctl/rootfs/view.h"

struct json_object;

struct scan_file {
	struct rootfs_file file;
	bool outside; /* in the bundle, but not in its root */
	enum privileged_effect effect;
	char *reason; /* why there is no effect; else NULL */
};

struct scan_unreadable {
	char *path;
	char *reason;
};

/* What a container can hold: by a rule, or by the bundle's sets. */
struct scan_grant {
	const char *rule; /* NULL: the bundle's */
	struct privileged_grant grant;
};

struct scan {
	const char *operand;
	const char *policy; /* --policy; NULL: the node's, for a bundle */
	bool as_bundle; /* --bundle, --rootfs: what the operand is */
	bool as_rootfs;
	bool json;
	bool has_node; /* `node` was loaded */
	struct dryrun_host node;
	bool is_bundle;
	struct dryrun run; /* of a bundle, as the next three */
	struct rootfs_view view;
	bool any_root; /* the container joins a user namespace */
	uint32_t root; /* uid 0 of its user namespace */
	char *path; /* of the root file system */
	struct scan_grant *grants;
	size_t grants_count;
	struct scan_file *files;
	size_t files_count;
	size_t files_size;
	struct scan_unreadable *unreadable;
	size_t unreadable_count;
	size_t unreadable_size;
	uint64_t entries;
	bool outside; /* the walk is around the bundle's root */
	long progress_time; /* of the last update; in milliseconds */
	bool progress_shown;
};

/*
 * With as_bundle, reads the bundle and evaluates the policy. With neither, a
 * config.json in the operand is an error: an image can bring one.
 */
int scan_bundle_read(struct scan *scan, struct err *err) MUST_CHECK;
/*
 * The file as the container sees it. ret_mount is the mount that removes its
 * effect, or NULL.
 */
struct privileged_file scan_bundle_view(const struct scan *scan,
					const struct rootfs_file *file,
					const struct spec_mount **ret_mount);

/* Adds the files it finds; `without` is a directory to skip, or NULL. */
int scan_walk(struct scan *scan, const struct rootfs *rootfs,
	      const struct stat *without, struct err *err) MUST_CHECK;
/* The same for a root file system that is one file: scan->path, or its target. */
int scan_one(struct scan *scan, struct err *err) MUST_CHECK;
/* Sorts the files by path. */
void scan_sort(struct scan *scan);

struct scan_counts {
	size_t setuid;
	size_t setgid;
	size_t capabilities;
	size_t dangerous;
	size_t without_effect;
};

struct scan_counts scan_count(const struct scan *scan);
/* For a file that has an effect; ret_lacking as privileged_classify(). */
enum privileged_verdict scan_classify(const struct scan *scan,
				      const struct scan_file *file,
				      const struct scan_grant *grant,
				      capmask *ret_lacking);

void scan_print(const struct scan *scan);
struct json_object *scan_object(const struct scan *scan);

#endif
