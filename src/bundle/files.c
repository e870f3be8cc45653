/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/trust.h"

#define CONFIG_NAME "config.json"
#define RECORD_SUFFIX "capruntime.json"

/* crun's --config can be outside of the bundle. */
static char *split_path(const struct runtime_args *args, const char **ret_name)
{
	const char *slash;

	*ret_name = CONFIG_NAME;
	if (!args->config)
		return strdup(args->bundle && *args->bundle ? args->bundle
							    : ".");
	slash = strrchr(args->config, '/');
	*ret_name = slash ? slash + 1 : args->config;
	if (!slash)
		return strdup(".");
	return strndup(args->config, (size_t)(slash - args->config) + 1);
}

static int name_files(struct bundle *bundle, const char *directory,
		      struct err *err)
{
	bool usual = strcmp(bundle->config_name, CONFIG_NAME) == 0;
	const char *slash = directory[strlen(directory) - 1] == '/' ? "" : "/";

	bundle->record_name = alloc_text(
		"%s.%s", usual ? "" : bundle->config_name, RECORD_SUFFIX);
	bundle->config_path =
		alloc_text("%s%s%s", directory, slash, bundle->config_name);
	if (!bundle->record_name || !bundle->config_path)
		return err_set_no_memory(err);
	bundle->record_path =
		alloc_text("%s%s%s", directory, slash, bundle->record_name);
	return bundle->record_path ? 0 : err_set_no_memory(err);
}

int bundle_open(struct bundle *ret_bundle, const struct runtime_args *args,
		struct err *err)
{
	const char *directory;

	*ret_bundle = (struct bundle){ .directory = -1, .config = -1 };
	ret_bundle->directory_path = split_path(args, &ret_bundle->config_name);
	directory = ret_bundle->directory_path;
	if (!directory)
		return err_set_no_memory(err);
	if (name_files(ret_bundle, directory, err) < 0)
		return -1;
	ret_bundle->directory =
		fileio_open(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY, 0);
	/* It suffices for the runtime, but not for flock(2). */
	if (ret_bundle->directory < 0 && errno == EACCES)
		ret_bundle->directory = fileio_open(AT_FDCWD, directory,
						    O_PATH | O_DIRECTORY, 0);
	ret_bundle->is_missing = ret_bundle->directory < 0 &&
				 (errno == ENOENT || errno == ENOTDIR);
	if (ret_bundle->directory < 0)
		return err_set_errno(err, errno, "bundle '%s'", directory);
	return 0;
}

bool bundle_has_files(const struct bundle *bundle)
{
	return fileio_may_exist(bundle->directory, bundle->record_name) ||
	       fileio_may_have_leftover(bundle->directory,
					bundle->record_name) ||
	       fileio_may_have_leftover(bundle->directory, bundle->config_name);
}

int bundle_lock(const struct bundle *bundle, struct err *err)
{
	if (fileio_lock(bundle->directory, LOCK_EX, bundle->directory_path,
			err) < 0)
		return err_wrap(err, "bundle");
	fileio_remove_leftover(bundle->directory, bundle->config_name);
	fileio_remove_leftover(bundle->directory, bundle->record_name);
	return 0;
}

void bundle_close(struct bundle *bundle)
{
	if (bundle->config >= 0)
		close(bundle->config);
	if (bundle->directory >= 0)
		close(bundle->directory);
	free(bundle->directory_path);
	free(bundle->config_path);
	free(bundle->record_name);
	free(bundle->record_path);
	free(bundle->config_text);
	free(bundle->record_text);
}

int bundle_read_record(struct bundle *bundle, struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(bundle->directory, bundle->record_name,
				    O_NOFOLLOW, bundle->record_path, &st, err);
	size_t len;

	if (fd < 0 && err->number) {
		if (err->number != ENOENT)
			return -1;
		*err = (struct err){ 0 }; /* success sets no error */
		return 0;
	}
	if (fd < 0 || st.st_nlink != 1)
		return err_set(
			err,
			"'%s' is not a regular file with one link: remove it",
			bundle->record_path);
	if (trust_check_in(bundle->directory, &st, bundle->record_path, err) <
	    0)
		return -1;
	return fileio_read(fd, bundle->record_path, RECORD_MAX,
			   &bundle->record_text, &len, err);
}

int bundle_read_config(struct bundle *bundle, struct err *err)
{
	struct stat st;

	bundle->config =
		fileio_open_regular(bundle->directory, bundle->config_name, 0,
				    bundle->config_path, &st, err);
	if (bundle->config < 0)
		return -1;
	return fileio_read(bundle->config, bundle->config_path,
			   BUNDLE_CONFIG_MAX, &bundle->config_text,
			   &bundle->config_len, err);
}

/* config.json may be a symbolic link, but then it must not change. */
static int check_replaceable(const struct bundle *bundle, struct err *err)
{
	struct stat named, read;

	if (fstatat(bundle->directory, bundle->config_name, &named,
		    AT_SYMLINK_NOFOLLOW) < 0 ||
	    fstat(bundle->config, &read) < 0)
		return err_set_errno(err, errno, "'%s'", bundle->config_path);
	if (named.st_dev == read.st_dev && named.st_ino == read.st_ino)
		return 0;
	return err_set(
		err,
		"'%s' is a symbolic link: only a regular file in the bundle can be changed",
		bundle->config_path);
}

static int write_record(const struct bundle *bundle, const char *text,
			struct err *err)
{
	if (fileio_replace(bundle->directory, bundle->record_name, -1,
			   PIECES_OF(text, strlen(text)), err) < 0)
		return err_wrap(err, "'%s'", bundle->record_path);
	return 0;
}

static int remove_record(const struct bundle *bundle, struct err *err)
{
	if (unlinkat(bundle->directory, bundle->record_name, 0) < 0 &&
	    errno != ENOENT)
		return err_set_errno(err, errno, "remove '%s'",
				     bundle->record_path);
	return 0;
}

int bundle_write_record(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err)
{
	/* The next create could neither read nor revert it. */
	if (plan->config.len > BUNDLE_CONFIG_MAX)
		return err_set(err, "'%s' would become larger than %zu bytes",
			       bundle->config_path, BUNDLE_CONFIG_MAX);
	if ((plan->record || plan->config.count) &&
	    check_replaceable(bundle, err) < 0)
		return -1;
	return plan->record ? write_record(bundle, plan->record, err) : 0;
}

void bundle_undo_record(struct bundle *bundle, const struct undo_plan *plan)
{
	struct err ignored;
	int status = 0;

	if (plan->record && bundle->record_text)
		status = write_record(bundle, bundle->record_text, &ignored);
	else if (plan->record)
		status = remove_record(bundle, &ignored);
	/* A new record that remains is harmless: it also reverts the old file. */
	(void)status;
}

/* Where the owner cannot be written, another container cannot write, either. */
static int finish_record(const struct bundle *bundle,
			 const struct undo_plan *plan, struct err *err)
{
	struct err ignored;

	if (plan->owner && write_record(bundle, plan->owner, &ignored) == 0)
		return 0;
	return plan->remove_record ? remove_record(bundle, err) : 0;
}

int bundle_write_config(struct bundle *bundle, const struct undo_plan *plan,
			struct err *err)
{
	if (plan->config.count &&
	    fileio_replace(bundle->directory, bundle->config_name,
			   bundle->config, &plan->config, err) < 0)
		return err_wrap(err, "'%s'", bundle->config_path);
	return finish_record(bundle, plan, err);
}
