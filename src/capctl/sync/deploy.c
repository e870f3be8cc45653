/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/deploy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"
#include "base/trust.h"

#define DROP_INS ".d"

/* The length is the name's. */
static bool has_suffix(const char *name, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	return len > suffix_len &&
	       strncmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

bool deploy_is_leftover(const char *name)
{
	return has_suffix(name, strlen(name), FILEIO_LEFTOVER);
}

/* The first name in it that ends in ".d", with the '/' before it; NULL: none does. */
static char *find_drop_ins(char *path)
{
	for (char *slash = path; (slash = strchr(slash, '/')); slash++)
		if (has_suffix(slash + 1, strcspn(slash + 1, "/"), DROP_INS))
			return slash;
	return NULL;
}

static void replace_slashes(char *text)
{
	while ((text = strchr(text, '/')))
		*text = '-';
}

/* The names from the drop-in directory on, with a '-' behind each; without one "". */
static char *make_prefix(const char *drop_ins)
{
	char *prefix = drop_ins ? alloc_text("%s-", drop_ins) : strdup("");

	if (prefix)
		replace_slashes(prefix);
	return prefix;
}

static int open_above(struct deploy *deploy, struct err *err)
{
	char *real CLEANUP_FREE = realpath(deploy->path, NULL), *slash;
	const char *above;

	if (!real)
		return err_set_errno(err, errno, "'%s'", deploy->path);
	slash = find_drop_ins(real);
	deploy->prefix = make_prefix(slash ? slash + 1 : NULL);
	if (!deploy->prefix)
		return err_set_no_memory(err);
	if (!slash)
		return 0;
	slash[1 + strcspn(slash + 1, "/")] = '\0';
	deploy->drop_ins = strdup(real);
	if (!deploy->drop_ins)
		return err_set_no_memory(err);
	*slash = '\0';
	above = *real ? real : "/";
	deploy->above = fileio_open(AT_FDCWD, above, O_RDONLY | O_DIRECTORY, 0);
	return deploy->above < 0 ? err_set_errno(err, errno, "'%s'", above) : 0;
}

int deploy_open(struct deploy *ret_deploy, const char *path, bool only_look,
		struct err *err)
{
	*ret_deploy = (struct deploy){ .directory = -1,
				       .above = -1,
				       .path = path,
				       .only_look = only_look };
	if (*path != '/')
		return err_set(err, "'%s' is not an absolute path", path);
	if (trust_open_directory(path, &ret_deploy->directory, err) < 0)
		return -1;
	if (ret_deploy->directory < 0)
		return err_set_errno(err, ENOENT, "'%s'", path);
	return open_above(ret_deploy, err);
}

void deploy_close(struct deploy *deploy)
{
	for (size_t i = 0; i < deploy->count; i++)
		free(deploy->changes[i].name);
	free(deploy->changes);
	free(deploy->prefix);
	free(deploy->drop_ins);
	cleanup_fd(&deploy->above);
	cleanup_fd(&deploy->directory);
}

static int record_change(struct deploy *deploy, const char *name, bool removed,
			 struct err *err)
{
	struct deploy_change *changes = reallocarray(
		deploy->changes, deploy->count + 1, sizeof(*changes));
	char *copy = strdup(name);

	if (changes)
		deploy->changes = changes;
	if (!changes || !copy) {
		free(copy);
		return err_set_no_memory(err);
	}
	changes[deploy->count++] =
		(struct deploy_change){ .name = copy, .removed = removed };
	return 0;
}

int deploy_directory(struct deploy *deploy, const char *name, int *ret_fd,
		     struct err *err)
{
	char *path CLEANUP_FREE = NULL;

	*ret_fd = -1;
	if (!deploy->only_look && mkdirat(deploy->directory, name, 0755) < 0 &&
	    errno != EEXIST)
		return err_set_errno(err, errno, "make '%s/%s'", deploy->path,
				     name);
	path = alloc_text("%s/%s", deploy->path, name);
	if (!path)
		return err_set_no_memory(err);
	return trust_open_directory(path, ret_fd, err);
}

static bool is_like(const struct stat *st, size_t len, mode_t mode)
{
	return (st->st_mode & 07777) == mode && st->st_uid == geteuid() &&
	       st->st_size >= 0 && (size_t)st->st_size == len;
}

/* An unreadable file counts as different. */
static bool is_in_place(const struct deploy *deploy, const char *name,
			const char *text, size_t len, mode_t mode)
{
	char *there CLEANUP_FREE = NULL;
	struct err ignored;
	struct stat st;
	size_t there_len;
	int fd CLEANUP_FD = fileio_open_regular(
		deploy->directory, name, O_NOFOLLOW, name, &st, &ignored);

	return fd >= 0 && is_like(&st, len, mode) &&
	       fileio_read(fd, name, len, &there, &there_len, &ignored) == 0 &&
	       there_len == len && memcmp(there, text, len) == 0;
}

/* ".crio.conf.d-NAME", ".policy.d-NAME" or ".NAME". */
static char *temporary_name(const struct deploy *deploy, const char *name)
{
	char *text = alloc_text(".%s%s", deploy->prefix, name);

	if (text)
		replace_slashes(text);
	return text;
}

static int publish_file(const struct deploy *deploy, const char *name,
			const char *text, size_t len, mode_t mode,
			struct err *err)
{
	bool above = deploy->above >= 0;
	char *temporary CLEANUP_FREE = temporary_name(deploy, name);
	const struct fileio_place place = { deploy->directory, name,
					    above ? deploy->above
						  : deploy->directory,
					    temporary };

	if (!temporary)
		return err_set_no_memory(err);
	if (fileio_publish(&place, mode, text, len, err) == 0)
		return 0;
	if (above && (err->number == EXDEV || err->number == EROFS))
		return err_set(
			err,
			"'%s/%s' needs a temporary file in the directory "
			"above '%s', which is on another mount: mount "
			"that directory instead",
			deploy->path, name, deploy->drop_ins);
	return err_wrap(err, "'%s/%s'", deploy->path, name);
}

int deploy_file(struct deploy *deploy, const char *name, const char *text,
		size_t len, mode_t mode, struct err *err)
{
	if (is_in_place(deploy, name, text, len, mode))
		return 0;
	if (!deploy->only_look &&
	    publish_file(deploy, name, text, len, mode, err) < 0)
		return -1;
	return record_change(deploy, name, false, err);
}

int deploy_remove(struct deploy *deploy, const char *name, struct err *err)
{
	if (!deploy->only_look && unlinkat(deploy->directory, name, 0) < 0) {
		if (errno == ENOENT)
			return 0;
		return err_set_errno(err, errno, "remove '%s/%s'", deploy->path,
				     name);
	}
	return record_change(deploy, name, true, err);
}

int deploy_each_entry(int fd, const char *path,
		      int (*take)(void *context, const char *name,
				  struct err *err),
		      void *context, struct err *err)
{
	DIR *directory CLEANUP_DIR = fileio_entries(fd);
	struct dirent *entry;
	int status = 0;

	if (!directory)
		return err_set_errno(err, errno, "read '%s'", path);
	while (status == 0) {
		errno = 0;
		entry = readdir(directory);
		if (!entry)
			break;
		status = take(context, entry->d_name, err);
	}
	if (status == 0 && errno)
		return err_set_errno(err, errno, "read '%s'", path);
	return status;
}

static int remove_if_leftover(void *context, const char *name, struct err *err)
{
	struct deploy *deploy = context;

	return deploy_is_leftover(name) ? deploy_remove(deploy, name, err) : 0;
}

/* Those of other directories stay. */
static int remove_if_above(void *context, const char *name, struct err *err)
{
	const struct deploy *deploy = context;

	if (deploy_is_leftover(name) && *name == '.' &&
	    strncmp(name + 1, deploy->prefix, strlen(deploy->prefix)) == 0 &&
	    unlinkat(deploy->above, name, 0) < 0 && errno != ENOENT)
		return err_set_errno(err, errno, "remove '%s/../%s'",
				     deploy->drop_ins, name);
	return 0;
}

static int reopen_directory(int fd)
{
	return fileio_open(fd, ".", O_RDONLY | O_DIRECTORY, 0);
}

int deploy_clean(struct deploy *deploy, struct err *err)
{
	if (deploy_each_entry(reopen_directory(deploy->directory), deploy->path,
			      remove_if_leftover, deploy, err) < 0)
		return -1;
	if (deploy->above < 0 || deploy->only_look)
		return 0;
	return deploy_each_entry(reopen_directory(deploy->above),
				 deploy->drop_ins, remove_if_above, deploy,
				 err);
}

static int make_deploy_link(struct deploy *deploy, const char *name,
			    const char *to, struct err *err)
{
	if (!deploy->only_look && symlinkat(to, deploy->directory, name) < 0)
		return err_set_errno(err, errno, "make link '%s/%s'",
				     deploy->path, name);
	return record_change(deploy, name, false, err);
}

int deploy_link(struct deploy *deploy, const char *name, const char *to,
		struct err *err)
{
	char there[PATH_SIZE];
	ssize_t len =
		readlinkat(deploy->directory, name, there, sizeof(there) - 1);

	if (len < 0 && errno == ENOENT)
		return make_deploy_link(deploy, name, to, err);
	if (len < 0)
		return err_set_errno(err, errno, "read link '%s/%s'",
				     deploy->path, name);
	there[len] = '\0';
	if (strcmp(there, to) == 0)
		return 0;
	return err_set(err,
		       "'%s/%s' points to '%s' instead of '%s' and is kept: "
		       "running containers may need it; use another name",
		       deploy->path, name, there, to);
}
