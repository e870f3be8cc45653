/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "policy/files.h"
#include "policy/parse.h"

#define MAIN_FILE "policy.json"
#define DROP_INS "policy.d"
#define MODE 0644
#define READS_MAX 10

struct file {
	char *path; /* in the source */
	char *name; /* in the target: policy.json, policy.d/NAME.json */
	char *text;
	size_t len;
};

struct set {
	struct file list[POLICY_FILES_MAX + 1];
	size_t count;
};

#define CLEANUP_SET __attribute__((cleanup(set_empty)))

static void set_empty(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->list[i].path);
		free(set->list[i].name);
		free(set->list[i].text);
	}
	set->count = 0;
}

static bool is_main_file(const char *name)
{
	return strcmp(name, MAIN_FILE) == 0;
}

static int name_source_file(struct file *file, const char *source,
			    const char *name, struct err *err)
{
	const char *into = is_main_file(name) ? "" : DROP_INS "/";

	file->path = alloc_text("%s/%s", source, name);
	file->name = alloc_text("%s%s", into, name);
	return file->path && file->name ? 0 : err_set_no_memory(err);
}

static int read_source_file(struct file *file, int directory, const char *name,
			    struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(directory, name, 0, file->path, &st, err);

	if (fd < 0)
		return -1;
	return fileio_read(fd, file->path, POLICY_FILE_MAX, &file->text,
			   &file->len, err);
}

static int add_source_file(struct set *set, const char *source, int directory,
			   const char *name, struct err *err)
{
	struct file *file = &set->list[set->count];

	if (*name == '.')
		return 0;
	if (set->count == ARRAY_LEN(set->list))
		return err_set(err, "'%s' has more than %d files", source,
			       POLICY_FILES_MAX + 1);
	*file = (struct file){ 0 };
	set->count++;
	if (name_source_file(file, source, name, err) < 0)
		return -1;
	return read_source_file(file, directory, name, err);
}

struct reading {
	struct set *set;
	const char *source;
	int directory;
};

static int take_source(void *context, const char *name, struct err *err)
{
	const struct reading *reading = context;

	return add_source_file(reading->set, reading->source,
			       reading->directory, name, err);
}

/* policy.json first, then in the runtime's order. */
static int compare_file_names(const void *left, const void *right)
{
	const struct file *a = left, *b = right;

	if (is_main_file(a->name) != is_main_file(b->name))
		return is_main_file(a->name) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int read_all(struct set *set, const char *source, int directory,
		    struct err *err)
{
	struct reading reading = { set, source, directory };
	int fd = fileio_open(directory, ".", O_RDONLY | O_DIRECTORY, 0);

	set_empty(set);
	if (fd < 0)
		return err_set_errno(err, errno, "read '%s'", source);
	if (deploy_each_entry(fd, source, take_source, &reading, err) < 0)
		return -1;
	qsort(set->list, set->count, sizeof(*set->list), compare_file_names);
	return 0;
}

/* The kubelet publishes all files of a version by replacing this link. */
static int open_version(const char *source, struct err *err)
{
	int fd CLEANUP_FD =
		fileio_open(AT_FDCWD, source, O_RDONLY | O_DIRECTORY, 0);
	int version;

	if (fd < 0)
		return err_set_errno(err, errno, "open '%s'", source);
	version = fileio_open(fd, "..data", O_RDONLY | O_DIRECTORY, 0);
	if (version < 0 && errno == ENOENT)
		return TAKE_FD(fd);
	if (version < 0)
		return err_set_errno(err, errno, "open '%s/..data'", source);
	return version;
}

static bool is_same_version(int fd, int other)
{
	struct stat left, right;

	return fstat(fd, &left) == 0 && fstat(other, &right) == 0 &&
	       left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* 1: the version was replaced meanwhile. Its files may be gone in part. */
static int read_source_version(struct set *set, const char *source,
			       struct err *err)
{
	int fd CLEANUP_FD = open_version(source, err);
	int again CLEANUP_FD = -1;
	struct err ignored;
	int status;

	if (fd < 0)
		return -1;
	status = read_all(set, source, fd, err);
	again = open_version(source, &ignored);
	return again >= 0 && is_same_version(fd, again) ? status : 1;
}

static int read_source(struct set *set, const char *source, struct err *err)
{
	for (int i = 0; i < READS_MAX; i++) {
		int status = read_source_version(set, source, err);

		if (status <= 0)
			return status;
	}
	return err_set(err, "'%s' was replaced %d times while it was read",
		       source, READS_MAX);
}

static int check_names(const struct set *set, const char *source,
		       struct err *err)
{
	for (size_t i = 0; i < set->count; i++)
		if (!policy_files_is_read(set->list[i].name))
			return err_set(err,
				       "'%s' is not a policy file: name "
				       "it NAME.json",
				       set->list[i].path);
	if (set->count && is_main_file(set->list[0].name))
		return 0;
	return err_set(err,
		       "'%s/" MAIN_FILE "': %s: to revoke all grants, use "
		       "one with '\"rules\": []'",
		       source, err_reason(ENOENT));
}

static int check_texts(const struct set *set, size_t *ret_rules,
		       struct err *err)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct policy_problems problems = { 0 };

	for (size_t i = 0; i < set->count; i++) {
		const struct file *file = &set->list[i];
		struct json_doc doc = { .name = file->path,
					.text = file->text,
					.len = file->len };

		policy_parse(&policy, &doc, i ? POLICY_DROP_IN : POLICY_MAIN,
			     &problems);
	}
	*ret_rules = policy.count;
	if (!problems.count)
		return 0;
	*err = problems.first;
	return -1;
}

struct clearing {
	const struct set *set;
	struct deploy *target;
};

static bool has_file(const struct set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->list[i].name, name) == 0)
			return true;
	return false;
}

static int take_target(void *context, const char *entry, struct err *err)
{
	const struct clearing *clearing = context;
	char name[sizeof(DROP_INS "/") + NAME_MAX];

	snprintf(name, sizeof(name), DROP_INS "/%s", entry);
	if (!deploy_is_leftover(entry) &&
	    (!policy_files_is_read(entry) || has_file(clearing->set, name)))
		return 0;
	return deploy_remove(clearing->target, name, err);
}

static int deploy_set(const struct set *set, struct deploy *target,
		      struct err *err)
{
	struct clearing clearing = { set, target };
	int fd CLEANUP_FD = -1;

	if (deploy_directory(target, DROP_INS, &fd, err) < 0)
		return -1;
	for (size_t i = 0; i < set->count; i++) {
		const struct file *file = &set->list[i];

		if (deploy_file(target, file->name, file->text, file->len, MODE,
				err) < 0)
			return -1;
	}
	if (fd < 0)
		return 0;
	return deploy_each_entry(TAKE_FD(fd), DROP_INS, take_target, &clearing,
				 err);
}

enum sync_policy_status sync_policy_run(const char *source,
					struct deploy *target,
					struct sync_policy_counts *ret_counts,
					struct err *err)
{
	struct set set CLEANUP_SET = { .count = 0 };

	*ret_counts = (struct sync_policy_counts){ 0 };
	if (read_source(&set, source, err) < 0)
		return SYNC_POLICY_ERROR;
	ret_counts->files = set.count;
	if (check_names(&set, source, err) < 0 ||
	    check_texts(&set, &ret_counts->rules, err) < 0)
		return SYNC_POLICY_REFUSED;
	if (deploy_set(&set, target, err) < 0)
		return SYNC_POLICY_ERROR;
	return SYNC_POLICY_DONE;
}
