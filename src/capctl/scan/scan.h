/* SPDX-License-Identifier: Apache-2.0 */
/* What 'capctl scan' found in a tree: to people, to programs. */
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
	bool outside; /* of a bundle's root, but below the operand */
	enum privileged_effect effect;
	char *reason; /* why there is none; else NULL */
};

struct scan_unreadable {
	char *path;
	char *reason;
};

/* What files are judged against: a rule, or the container's own sets. */
struct scan_grant {
	const char *rule; /* NULL: the container's */
	struct privileged_grant grant;
};

struct scan {
	const char *operand;
	const char *policy; /* as given; NULL: none, or the node's */
	bool as_rootfs;
	bool json;
	bool has_node; /* a policy was asked for */
	struct dryrun_host node;
	bool is_bundle;
	struct dryrun run; /* of a bundle, as are: */
	struct rootfs_view view;
	bool any_root; /* its user namespace is not to be known */
	uint32_t root; /* who is uid 0 in it */
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
	bool outside; /* the walk under way is that around a bundle's root */
	long told; /* milliseconds: when progress was last shown */
	bool telling;
};

/*
 * Is the operand a bundle? Then all that is to be known of it is found out.
 * -1: it is one that cannot be looked at.
 */
int scan_bundle_read(struct scan *scan, struct err *err) MUST_CHECK;
/* How the program looks to the container; ret_mount: what it is under. */
struct privileged_file scan_bundle_view(const struct scan *scan,
					const struct rootfs_file *file,
					const struct spec_mount **ret_mount);

/* Adds what is found; `without` is a directory to leave out, or NULL. */
int scan_walk(struct scan *scan, const struct rootfs *rootfs,
	      const struct stat *without, struct err *err) MUST_CHECK;
/* By path. */
void scan_sort(struct scan *scan);

struct scan_counts {
	size_t setuid;
	size_t setgid;
	size_t capabilities;
	size_t dangerous;
	size_t without_effect;
};

struct scan_counts scan_count(const struct scan *scan);
/* For a file that has an effect. */
enum privileged_verdict scan_judge(const struct scan *scan,
				   const struct scan_file *file,
				   const struct scan_grant *grant,
				   capmask *ret_lacking);

void scan_print(const struct scan *scan);
struct json_object *scan_object(const struct scan *scan);

#endif
