/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fileio.h"
#include "trust.h"

#define VARIABLE "CAPRUNTIME_POLICY"
#define MAIN_FILE SYSCONFDIR "/capruntime/policy.json"
#define DROP_INS SYSCONFDIR "/capruntime/policy.d"
#define SUFFIX ".json"

struct names {
	char *list[POLICY_FILES_MAX];
	size_t count;
};

#define CLEANUP_NAMES __attribute__((cleanup(names_free)))

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
}

static int read_file(struct policy *policy, const char *path, int fd,
		     enum policy_part part, struct err *err)
{
	struct policy_problems problems = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = path };

	if (fileio_read(fd, path, POLICY_FILE_MAX, &text, &doc.len, err) < 0)
		return -1;
	doc.text = text;
	policy_read(policy, &doc, part, &problems);
	if (!problems.count)
		return 0;
	*err = problems.first;
	return -1;
}

static int read_named(struct policy *policy, const char *path, struct err *err)
{
	int fd CLEANUP_FD = -1;

	if (*path != '/')
		return err_set(err, "$%s is '%s': it must be an absolute path",
			       VARIABLE, path);
	if (trust_open(path, &fd, err) < 0)
		return -1;
	if (fd < 0)
		return err_set(err, "'%s', named by $%s, is missing", path,
			       VARIABLE);
	return read_file(policy, path, fd, POLICY_MAIN, err);
}

static int read_main(struct policy *policy, struct err *err)
{
	int fd CLEANUP_FD = -1;

	if (trust_open(MAIN_FILE, &fd, err) < 0)
		return -1;
	return fd < 0 ? 0 : read_file(policy, MAIN_FILE, fd, POLICY_MAIN, err);
}

bool policy_files_is_read(const char *name)
{
	size_t len = strlen(name), suffix = strlen(SUFFIX);

	return *name != '.' && len > suffix &&
	       strcmp(name + len - suffix, SUFFIX) == 0;
}

static int names_add(struct names *names, const char *name, struct err *err)
{
	char *copy;

	if (names->count == POLICY_FILES_MAX)
		return err_set(err, "'%s' holds more than %d policy files",
			       DROP_INS, POLICY_FILES_MAX);
	copy = strdup(name);
	if (!copy)
		return err_set(err, "out of memory");
	names->list[names->count++] = copy;
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int read_entries(struct names *names, DIR *directory, struct err *err)
{
	struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(directory);
		if (!entry)
			break;
		if (policy_files_is_read(entry->d_name) &&
		    names_add(names, entry->d_name, err) < 0)
			return -1;
	}
	if (errno)
		return err_set_errno(err, errno, "read '%s'", DROP_INS);
	qsort(names->list, names->count, sizeof(*names->list), compare_names);
	return 0;
}

static int list_drop_ins(struct names *names, struct err *err)
{
	DIR *directory;
	int fd, status;

	if (trust_open_directory(DROP_INS, &fd, err) < 0)
		return -1;
	if (fd < 0)
		return 0;
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return err_set(err, "out of memory");
	}
	status = read_entries(names, directory, err);
	closedir(directory);
	return status;
}

static int read_drop_in(struct policy *policy, const char *name,
			struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;

	if (asprintf(&path, "%s/%s", DROP_INS, name) < 0) {
		path = NULL;
		return err_set(err, "out of memory");
	}
	if (trust_open(path, &fd, err) < 0)
		return -1;
	if (fd < 0)
		return err_set(err, "'%s' went away while it was read", path);
	return read_file(policy, path, fd, POLICY_DROP_IN, err);
}

static int read_drop_ins(struct policy *policy, struct err *err)
{
	struct names names CLEANUP_NAMES = { .count = 0 };

	if (list_drop_ins(&names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (read_drop_in(policy, names.list[i], err) < 0)
			return -1;
	return 0;
}

int policy_files_load(struct policy *ret_policy, struct err *err)
{
	const char *named = secure_getenv(VARIABLE);
	int status;

	*ret_policy = (struct policy){ 0 };
	status = named ? read_named(ret_policy, named, err)
		       : read_main(ret_policy, err);
	if (status < 0) {
		policy_free(ret_policy);
		return -1;
	}
	return named ? 0 : read_drop_ins(ret_policy, err);
}
