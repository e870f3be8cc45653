/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/scan/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "capctl/out.h"
#include "capctl/verb.h"

#define CLEANUP_SCAN __attribute__((cleanup(scan_free)))

static void scan_free(struct scan *scan)
{
	for (size_t i = 0; i < scan->files_count; i++) {
		rootfs_file_free(&scan->files[i].file);
		free(scan->files[i].reason);
	}
	for (size_t i = 0; i < scan->unreadable_count; i++) {
		free(scan->unreadable[i].path);
		free(scan->unreadable[i].reason);
	}
	free(scan->files);
	free(scan->unreadable);
	free(scan->grants);
	free(scan->path);
	rootfs_view_free(&scan->view);
	dryrun_free(&scan->run);
	dryrun_host_free(&scan->node);
}

/* Walks a bundle's root and then the rest of its directory. */
static int walk_bundle(struct scan *scan, const struct rootfs *root,
		       struct err *err)
{
	struct rootfs around CLEANUP_ROOTFS = ROOTFS_INIT;
	struct stat st;

	if (rootfs_open(&around, scan->operand, err) < 0)
		return -1;
	if (fstat(root->fd, &st) < 0)
		return err_set_errno(err, errno, "'%s'", scan->path);
	rootfs_view_resolve(&scan->view, root, scan->operand);
	if (scan_walk(scan, root, NULL, err) < 0)
		return -1;
	scan->outside = true;
	return scan_walk(scan, &around, &st, err);
}

static bool is_one_file(const struct scan *scan)
{
	struct stat st;

	return !scan->is_bundle && !scan->as_rootfs &&
	       stat(scan->path, &st) == 0 && S_ISREG(st.st_mode);
}

static int walk_operand(struct scan *scan, struct err *err)
{
	struct rootfs root CLEANUP_ROOTFS = ROOTFS_INIT;
	int status;

	if (is_one_file(scan))
		return scan_one(scan, err);
	if (rootfs_open(&root, scan->path, err) < 0)
		return -1;
	status = scan->is_bundle ? walk_bundle(scan, &root, err)
				 : scan_walk(scan, &root, NULL, err);
	scan_sort(scan);
	return status;
}

static bool has_action(const struct policy_rule *rule)
{
	return decide_touches(rule) || rule->no_new_privileges;
}

/* With on_request a pod may ask for less: nothing is ambient for sure. */
static struct privileged_grant rule_grant(const struct policy_rule *rule,
					  capmask above_ceiling, capmask kernel)
{
	capmask raised = rule->ambient & ~above_ceiling;
	capmask kept = rule->ambient | rule->inheritable;
	capmask bounding = rule->drop_others ? kept : ~rule->drop;

	return (struct privileged_grant){
		.ambient = rule->on_request ? 0 : raised,
		.requested = rule->on_request ? raised : 0,
		.inheritable = kept & ~above_ceiling,
		.bounding = bounding | ~kernel,
		.no_new_privileges = rule->no_new_privileges,
	};
}

/* Any rule may match the containers of this image. */
static int add_rule_grants(struct scan *scan, struct err *err)
{
	const struct policy *policy = &scan->node.policy;

	scan->grants = calloc(policy->count + 1, sizeof(*scan->grants));
	if (!scan->grants)
		return err_set_no_memory(err);
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (has_action(rule))
			scan->grants[scan->grants_count++] =
				(struct scan_grant){
					rule->name,
					rule_grant(rule, policy->above_ceiling,
						   scan->node.own.kernel)
				};
	}
	return 0;
}

static int prepare_scan(struct scan *scan, struct err *err)
{
	const struct dryrun_options options = { .policy = scan->policy };

	if (scan_bundle_read(scan, err) < 0)
		return -1;
	if (scan->is_bundle)
		return 0;
	scan->path = strdup(scan->operand);
	if (!scan->path)
		return err_set_no_memory(err);
	if (!scan->policy)
		return 0;
	if (!scan->has_node && dryrun_load(&scan->node, &options, err) < 0)
		return -1;
	scan->has_node = true;
	return add_rule_grants(scan, err);
}

struct scan_counts scan_count(const struct scan *scan)
{
	struct scan_counts counts = { 0 };

	for (size_t i = 0; i < scan->files_count; i++) {
		const struct scan_file *file = &scan->files[i];
		const struct privileged_file *program = &file->file.program;

		counts.setuid += (file->file.mode & S_ISUID) != 0;
		counts.setgid += execve_file_is_setgid(&program->file);
		counts.capabilities +=
			program->file.has_caps || program->caps_elsewhere;
		counts.dangerous += file->effect == PRIVILEGED_DANGEROUS;
		counts.without_effect += file->effect == PRIVILEGED_NO_EFFECT;
	}
	return counts;
}

enum privileged_verdict scan_classify(const struct scan *scan,
				      const struct scan_file *file,
				      const struct scan_grant *grant,
				      capmask *ret_lacking)
{
	const struct spec_mount *mount;
	struct privileged_file program = file->file.program;

	if (scan->is_bundle && !file->outside)
		program = scan_bundle_view(scan, &file->file, &mount);
	return privileged_classify(&program, &grant->grant, ret_lacking);
}

static int parse_scan(int argc, char **argv, struct scan *scan, struct err *err)
{
	const struct verb_option options[] = {
		{ "policy", NULL, &scan->policy },
		{ "bundle", &scan->as_bundle, NULL },
		{ "rootfs", &scan->as_rootfs, NULL },
		{ "json", &scan->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return -1;
	if (first != argc - 1)
		return verb_misuse(
			err, argv[0],
			"expects one root file system, bundle or file");
	if (scan->as_bundle && scan->as_rootfs)
		return verb_misuse(err, argv[0],
				   "'--bundle' and '--rootfs' exclude each "
				   "other");
	scan->operand = argv[first];
	return 0;
}

enum verb_status verb_scan(int argc, char **argv, struct err *err)
{
	struct scan scan CLEANUP_SCAN = { .run.evaluation = EVALUATION_INIT };

	if (parse_scan(argc, argv, &scan, err) < 0 ||
	    prepare_scan(&scan, err) < 0 || walk_operand(&scan, err) < 0)
		return VERB_ERROR;
	if (scan.json)
		out_json(scan_object(&scan));
	else
		scan_print(&scan);
	return scan.files_count || scan.unreadable_count ? VERB_FINDINGS
							 : VERB_GOOD;
}
