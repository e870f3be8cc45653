/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/deploy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/paths.h"
#include "base/trust.h"

int deploy_open(struct deploy *ret_deploy, const char *path, bool only_look,
		struct err *err)
{
	*ret_deploy = (struct deploy){ .directory = -1,
				       .path = path,
				       .only_look = only_look };
	if (*path != '/')
		return err_set(err, "'%s' is not an absolute path", path);
	if (trust_open_directory(path, &ret_deploy->directory, err) < 0)
		return -1;
	if (ret_deploy->directory < 0)
		return err_set(err, "'%s' is missing", path);
	return 0;
}

void deploy_close(struct deploy *deploy)
{
	for (size_t i = 0; i < deploy->count; i++)
		free(deploy->changes[i].name);
	free(deploy->changes);
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
		return err_set(err, "out of memory");
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
		return err_set(err, "out of memory");
	return trust_open_directory(path, ret_fd, err);
}

static bool is_like(int fd, size_t len, mode_t mode)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 07777) == mode && st.st_uid == geteuid() &&
	       st.st_size >= 0 && (size_t)st.st_size == len;
}

/* An unreadable file counts as different. */
static bool is_in_place(const struct deploy *deploy, const char *name,
			const char *text, size_t len, mode_t mode)
{
	int fd CLEANUP_FD = fileio_open(deploy->directory, name,
					O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	char *there CLEANUP_FREE = NULL;
	struct err ignored;
	size_t there_len;

	return fd >= 0 && is_like(fd, len, mode) &&
	       fileio_read(fd, name, len, &there, &there_len, &ignored) == 0 &&
	       there_len == len && memcmp(there, text, len) == 0;
}

int deploy_file(struct deploy *deploy, const char *name, const char *text,
		size_t len, mode_t mode, struct err *err)
{
	if (is_in_place(deploy, name, text, len, mode))
		return 0;
	if (!deploy->only_look &&
	    fileio_publish(deploy->directory, name, mode, text, len, err) < 0)
		return err_wrap(err, "'%s/%s'", deploy->path, name);
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
