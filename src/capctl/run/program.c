/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "capctl/lookup.h"
#include "capctl/out.h"
#include "capctl/rootfs/rootfs.h"
#include "capctl/run/run.h"

/* As many as the kernel follows: BINPRM_MAX_RECURSION. */
#define SCRIPTS_MAX 5

/* An absolute path without links in ret_file->path. */
static int stat_program(const struct rootfs *root, const char *path,
			struct rootfs_file *ret_file, struct err *err)
{
	char *cwd CLEANUP_FREE = getcwd(NULL, 0);
	char *absolute CLEANUP_FREE = NULL;

	*ret_file = (struct rootfs_file){ 0 };
	if (!cwd && *path != '/')
		return err_set_errno(err, errno, "current directory");
	absolute = alloc_path(cwd ? cwd : "", path);
	if (!absolute)
		return err_set_no_memory(err);
	return rootfs_stat(root, absolute, ret_file, err);
}

/* For a script the interpreter's file, as the kernel follows it. */
static int find_bits(const struct rootfs *root, const char *path,
		     struct rootfs_file *ret_file, struct err *err)
{
	struct rootfs_file script CLEANUP_ROOTFS_FILE = { 0 };

	if (stat_program(root, path, ret_file, err) < 0)
		return -1;
	for (int i = 0; ret_file->program.script; i++) {
		rootfs_file_free(&script);
		script = *ret_file;
		*ret_file = (struct rootfs_file){ 0 };
		if (i == SCRIPTS_MAX)
			return err_set(err,
				       "'%s' needs more than %d interpreters",
				       path, SCRIPTS_MAX);
		if (!*script.interpreter)
			return err_set(
				err,
				"'%s' starts with '#!' but names no interpreter",
				script.path);
		if (stat_program(root, script.interpreter, ret_file, err) < 0)
			return err_wrap(err, "interpreter of '%s'", path);
	}
	return 0;
}

int run_program_find(struct run_program *ret_program, const char *name,
		     struct err *err)
{
	struct rootfs root CLEANUP_ROOTFS = ROOTFS_INIT;
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };

	*ret_program = (struct run_program){ 0 };
	ret_program->path = lookup_program(name, err);
	if (!ret_program->path)
		return -1;
	/* From here on no failure means that there is no program. */
	if (rootfs_open(&root, "/", err) < 0 ||
	    find_bits(&root, ret_program->path, &file, err) < 0) {
		err->number = 0;
		return -1;
	}
	ret_program->file = TAKE_PTR(file.path);
	ret_program->bits = file.program.file;
	return 0;
}

static bool is_same(const struct execve_result *one,
		    const struct execve_result *other)
{
	for (int i = 0; i < CAPSET_COUNT; i++)
		if (one->sets.set[i] != other->sets.set[i])
			return false;
	return !one->refused && one->euid == other->euid &&
	       one->egid == other->egid;
}

/* The first reason is that of the file: the order of enum execve_why. */
static const char *first_reason(const struct execve_result *result)
{
	int first = __builtin_ctz(result->why | 1U << EXECVE_FILE_CAPS);

	return execve_why_text((enum execve_why)first);
}

static const char *way_around(const struct execve_task *task,
			      const struct execve_file *bits,
			      const struct execve_result *plain)
{
	struct execve_task narrowed = *task;
	struct execve_result result;

	narrowed.no_new_privs = true;
	result = execve_predict(&narrowed, bits);
	return is_same(&result, plain)
		       ? "add '--no-new-privs' to prevent it"
		       : "remove them with 'setcap -r', or execute a copy by 'cp', which has none";
}

/* "user 0, ambient none": what would not be as in `plain`. */
static void add_changes(struct buf *buf, const struct execve_result *result,
			const struct execve_result *plain)
{
	char id[32];

	if (result->euid != plain->euid) {
		snprintf(id, sizeof(id), ", user %u", result->euid);
		buf_add_str(buf, id);
	}
	if (result->egid != plain->egid) {
		snprintf(id, sizeof(id), ", group %u", result->egid);
		buf_add_str(buf, id);
	}
	for (int i = 0; i < CAPSET_COUNT; i++) {
		char *names CLEANUP_FREE = out_names(result->sets.set[i]);

		if (result->sets.set[i] == plain->sets.set[i])
			continue;
		buf_add_str(buf, ", ");
		buf_add_str(buf, capset_key((enum capset_which)i));
		buf_add_str(buf, " ");
		buf_add_str(buf, names ? names : "?");
	}
}

static int refuse_file(const struct run_program *program,
		       const struct execve_result *result,
		       const struct execve_result *plain, const char *way,
		       struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *changes CLEANUP_FREE = NULL;

	if (result->refused)
		return err_set(
			err,
			"'%s': the file has capabilities that the bounding set lacks, so the kernel will not execute it: %s",
			program->file, way);
	add_changes(&buf, result, plain);
	if (buf_take(&buf, &changes, NULL, err) < 0)
		return -1;
	return err_set(err, "'%s': %s: the program would have %s: %s",
		       program->file, first_reason(result),
		       changes + strlen(", "), way);
}

int run_program_predict(const struct run_program *program,
			const struct execve_task *task,
			struct execve_result *ret_result, struct err *err)
{
	static const struct execve_file plain_file = { .mode = 0755 };
	struct execve_result plain = execve_predict(task, &plain_file);

	*ret_result = execve_predict(task, &program->bits);
	if (is_same(ret_result, &plain))
		return 0;
	return refuse_file(program, ret_result, &plain,
			   way_around(task, &program->bits, &plain), err);
}
