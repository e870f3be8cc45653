/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"
#include "base/trust.h"
#include "policy/parse.h"

#define VARIABLE "CAPRUNTIME_POLICY"
#define SUFFIX ".json"

/*
 * report_error() reports every failure to the listener; without a listener, the
 * first failure ends the load, and `err` is set.
 */
struct load {
	struct policy *policy;
	const struct policy_listener *listener; /* may be NULL */
	struct err *err;
};

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

/* Reports load->err. Always -1. */
static int report_error(const struct load *load, enum policy_error error,
			const char *path)
{
	struct policy_problem problem = { .file = path,
					  .rule = POLICY_NO_RULE,
					  .text = load->err->text };

	if (load->listener)
		load->listener->problem(load->listener->context, error,
					&problem);
	return -1;
}

static void report_invalid(void *context, const struct policy_problem *problem)
{
	const struct policy_listener *listener = context;

	listener->problem(listener->context, POLICY_INVALID, problem);
}

/* Closes `fd`. */
static int read_policy_file(const struct load *load, const char *path, int fd,
			    enum policy_part part)
{
	const struct policy_listener *listener = load->listener;
	struct policy_problems problems = {
		.each = listener ? report_invalid : NULL,
		.context = (void *)(uintptr_t)listener,
	};
	int file CLEANUP_FD = fd;
	char *text CLEANUP_FREE = NULL;
	struct json_index index CLEANUP_JSON_INDEX = { 0 };
	struct json_doc doc = { .name = path, .index = &index };

	if (fileio_read(file, path, POLICY_FILE_MAX, &text, &doc.len,
			load->err) < 0)
		return report_error(load, POLICY_UNUSABLE, path);
	doc.text = text;
	policy_parse(load->policy, &doc, part, &problems);
	if (listener)
		listener->file(listener->context, path, TAKE_PTR(text),
			       doc.len);
	if (!problems.count)
		return 0;
	*load->err = problems.first;
	return -1;
}

/* Opens a file or directory without a check of its owner and mode. */
static int open_untrusted(const char *path, mode_t wanted, struct err *err)
{
	struct stat st;
	int fd;

	if (wanted == S_IFREG)
		return fileio_open_regular(AT_FDCWD, path, 0, path, &st, err);
	fd = fileio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? err_set_errno(err, errno, "open '%s'", path) : fd;
}

static bool is_access(int number)
{
	return number == EACCES || number == EPERM;
}

/* Reports that it is not trusted; opens it to find its other problems. */
static int open_anyway(const struct load *load, const char *path, mode_t wanted,
		       enum policy_error otherwise, int *ret_fd)
{
	struct err err;

	*ret_fd = open_untrusted(path, wanted, &err);
	if (*ret_fd < 0)
		return report_error(load,
				    is_access(err.number) ? POLICY_UNREADABLE
							  : otherwise,
				    path);
	report_error(load, POLICY_UNTRUSTED, path);
	return 0;
}

/* ret_fd is -1, and the return value 0, when it does not exist. */
static int open_installed(const struct load *load, const char *path,
			  mode_t wanted, int *ret_fd)
{
	int status = wanted == S_IFREG
			     ? trust_open(path, ret_fd, load->err)
			     : trust_open_directory(path, ret_fd, load->err);

	if (status == 0)
		return 0;
	if (!load->listener)
		return -1;
	return open_anyway(load, path, wanted, POLICY_UNUSABLE, ret_fd);
}

static int read_named(const struct load *load, const char *path)
{
	int fd;

	if (*path != '/') {
		err_set(load->err, "$%s is '%s': it must be an absolute path",
			VARIABLE, path);
		return report_error(load, POLICY_UNUSABLE, path);
	}
	if (open_installed(load, path, S_IFREG, &fd) < 0)
		return -1;
	if (fd < 0) {
		err_set(load->err, "'%s', named by $%s, is missing", path,
			VARIABLE);
		return report_error(load, POLICY_UNUSABLE, path);
	}
	return read_policy_file(load, path, fd, POLICY_MAIN);
}

/*
 * Only a machine without the directory has no policy. Where it exists, an
 * editor can just be replacing the file.
 */
static int accept_missing_main(const struct load *load)
{
	int fd;

	if (open_installed(load, paths_config_dir, S_IFDIR, &fd) < 0)
		return -1;
	if (fd < 0)
		return 0;
	close(fd);
	err_set(load->err,
		"'%s' is missing: for a policy without rules, write {\"version\":1,\"rules\":[]} to it",
		paths_policy_file);
	return report_error(load, POLICY_UNUSABLE, paths_policy_file);
}

static int read_main(const struct load *load)
{
	int fd;

	if (open_installed(load, paths_policy_file, S_IFREG, &fd) < 0)
		return -1;
	if (fd < 0)
		return accept_missing_main(load);
	return read_policy_file(load, paths_policy_file, fd, POLICY_MAIN);
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
		return err_set(err, "'%s' has more than %d policy files",
			       paths_policy_dir, POLICY_FILES_MAX);
	copy = strdup(name);
	if (!copy)
		return err_set_no_memory(err);
	names->list[names->count++] = copy;
	return 0;
}

static int compare_drop_in_names(const void *left, const void *right)
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
		return err_set_errno(err, errno, "read '%s'", paths_policy_dir);
	qsort(names->list, names->count, sizeof(*names->list),
	      compare_drop_in_names);
	return 0;
}

static int list_drop_ins(const struct load *load, struct names *names)
{
	DIR *directory CLEANUP_DIR = NULL;
	int fd;

	if (open_installed(load, paths_policy_dir, S_IFDIR, &fd) < 0)
		return -1;
	if (fd < 0)
		return 0;
	directory = fileio_entries(fd);
	if (!directory) {
		err_set_no_memory(load->err);
		return report_error(load, POLICY_UNUSABLE, paths_policy_dir);
	}
	if (read_entries(names, directory, load->err) < 0)
		return report_error(load, POLICY_UNUSABLE, paths_policy_dir);
	return 0;
}

static int read_drop_in(const struct load *load, const char *name)
{
	char *path CLEANUP_FREE = alloc_text("%s/%s", paths_policy_dir, name);
	int fd;

	if (!path) {
		err_set_no_memory(load->err);
		return report_error(load, POLICY_UNUSABLE, paths_policy_dir);
	}
	if (open_installed(load, path, S_IFREG, &fd) < 0)
		return -1;
	if (fd < 0) {
		err_set(load->err, "'%s' was removed while the policy was read",
			path);
		return report_error(load, POLICY_UNUSABLE, path);
	}
	return read_policy_file(load, path, fd, POLICY_DROP_IN);
}

static int read_drop_ins(const struct load *load)
{
	struct names names CLEANUP_NAMES = { .count = 0 };

	if (list_drop_ins(load, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		if (read_drop_in(load, names.list[i]) < 0 && !load->listener)
			return -1;
	return 0;
}

int policy_files_load(struct policy *ret_policy, struct err *err)
{
	const char *named = secure_getenv(VARIABLE);
	struct load load = { .policy = ret_policy, .err = err };
	int status;

	*ret_policy = (struct policy){ 0 };
	status = named ? read_named(&load, named) : read_main(&load);
	if (status < 0) {
		policy_free(ret_policy);
		return -1;
	}
	return named ? 0 : read_drop_ins(&load);
}

int policy_files_load_from(struct policy *ret_policy, const char *path,
			   struct err *err)
{
	struct load load = { .policy = ret_policy, .err = err };
	int fd = open_untrusted(path, S_IFREG, err);

	*ret_policy = (struct policy){ 0 };
	if (fd < 0)
		return -1;
	return read_policy_file(&load, path, fd, POLICY_MAIN);
}

/* trust_open() walks from the root. The caller frees. NULL: errno is set. */
static char *absolute_path(const char *path)
{
	char *directory CLEANUP_FREE = NULL;

	if (*path == '/') /* the working directory may be gone */
		return strdup(path);
	directory = get_current_dir_name();
	return directory ? alloc_path(directory, path) : NULL;
}

static int open_operand(const struct load *load, const char *path, int *ret_fd)
{
	char *absolute CLEANUP_FREE = absolute_path(path);

	if (!absolute) {
		err_set_errno(load->err, errno,
			      "resolve '%s' against the working directory",
			      path);
		return report_error(load, POLICY_UNREADABLE, path);
	}
	if (trust_open(absolute, ret_fd, load->err) < 0)
		return open_anyway(load, path, S_IFREG, POLICY_UNREADABLE,
				   ret_fd);
	if (*ret_fd >= 0)
		return 0;
	err_set_errno(load->err, ENOENT, "'%s'", path);
	return report_error(load, POLICY_UNREADABLE, path);
}

static int examine_operand(const struct load *load, const char *path,
			   enum policy_part part)
{
	int fd;

	if (open_operand(load, path, &fd) < 0)
		return -1;
	return read_policy_file(load, path, fd, part);
}

static int examine_main(const struct load *load, const char *operand,
			const char *named)
{
	if (operand)
		return examine_operand(load, operand, POLICY_MAIN);
	return named ? read_named(load, named) : read_main(load);
}

void policy_files_examine(struct policy *ret_policy, char *const *paths,
			  size_t count, const struct policy_listener *listener)
{
	const char *named = count ? NULL : secure_getenv(VARIABLE);
	struct err err;
	struct load load = { ret_policy, listener, &err };

	*ret_policy = (struct policy){ 0 };
	/* The engine is then unknown: report that once, not for each rule. */
	if (examine_main(&load, count ? paths[0] : NULL, named) < 0)
		ret_policy->any_engine = true;
	for (size_t i = 1; i < count; i++)
		examine_operand(&load, paths[i], POLICY_DROP_IN);
	if (!count && !named)
		read_drop_ins(&load);
}
