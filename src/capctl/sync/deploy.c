/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/sync/deploy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/trust.h"

/* No link is longer, symlink(7). */
#define LINK_SIZE 4096

int placement_open(struct placement *ret_placement, const char *path,
		   bool only_look, struct err *err)
{
	*ret_placement = (struct placement){ .directory = -1,
					     .path = path,
					     .only_look = only_look };
	if (*path != '/')
		return err_set(err, "'%s' is no absolute path", path);
	if (trust_open_directory(path, &ret_placement->directory, err) < 0)
		return -1;
	if (ret_placement->directory < 0)
		return err_set(err, "'%s' is missing", path);
	return 0;
}

void placement_close(struct placement *placement)
{
	for (size_t i = 0; i < placement->count; i++)
		free(placement->changes[i].name);
	free(placement->changes);
	cleanup_fd(&placement->directory);
}

static int note(struct placement *placement, const char *name, bool removed,
		struct err *err)
{
	struct placement_change *changes = reallocarray(
		placement->changes, placement->count + 1, sizeof(*changes));
	char *copy = strdup(name);

	if (changes)
		placement->changes = changes;
	if (!changes || !copy) {
		free(copy);
		return err_set(err, "out of memory");
	}
	changes[placement->count++] =
		(struct placement_change){ .name = copy, .removed = removed };
	return 0;
}

int placement_directory(struct placement *placement, const char *name,
			int *ret_fd, struct err *err)
{
	char *path CLEANUP_FREE = NULL;

	*ret_fd = -1;
	if (!placement->only_look &&
	    mkdirat(placement->directory, name, 0755) < 0 && errno != EEXIST)
		return err_set_errno(err, errno, "make '%s/%s'",
				     placement->path, name);
	path = alloc_text("%s/%s", placement->path, name);
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

/* What cannot be read is not in place. */
static bool is_in_place(const struct placement *placement, const char *name,
			const char *text, size_t len, mode_t mode)
{
	int fd CLEANUP_FD = fileio_open(placement->directory, name,
					O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	char *there CLEANUP_FREE = NULL;
	struct err ignored;
	size_t there_len;

	return fd >= 0 && is_like(fd, len, mode) &&
	       fileio_read(fd, name, len, &there, &there_len, &ignored) == 0 &&
	       there_len == len && memcmp(there, text, len) == 0;
}

int placement_file(struct placement *placement, const char *name,
		   const char *text, size_t len, mode_t mode, struct err *err)
{
	if (is_in_place(placement, name, text, len, mode))
		return 0;
	if (!placement->only_look && fileio_publish(placement->directory, name,
						    mode, text, len, err) < 0)
		return err_wrap(err, "'%s/%s'", placement->path, name);
	return note(placement, name, false, err);
}

int placement_remove(struct placement *placement, const char *name,
		     struct err *err)
{
	if (!placement->only_look &&
	    unlinkat(placement->directory, name, 0) < 0) {
		if (errno == ENOENT)
			return 0;
		return err_set_errno(err, errno, "remove '%s/%s'",
				     placement->path, name);
	}
	return note(placement, name, true, err);
}

static int make_link(struct placement *placement, const char *name,
		     const char *to, struct err *err)
{
	if (!placement->only_look &&
	    symlinkat(to, placement->directory, name) < 0)
		return err_set_errno(err, errno, "make link '%s/%s'",
				     placement->path, name);
	return note(placement, name, false, err);
}

int placement_link(struct placement *placement, const char *name,
		   const char *to, struct err *err)
{
	char there[LINK_SIZE];
	ssize_t len = readlinkat(placement->directory, name, there,
				 sizeof(there) - 1);

	if (len < 0 && errno == ENOENT)
		return make_link(placement, name, to, err);
	if (len < 0)
		return err_set_errno(err, errno, "read link '%s/%s'",
				     placement->path, name);
	there[len] = '\0';
	if (strcmp(there, to) == 0)
		return 0;
	return err_set(err,
		       "'%s/%s' leads to '%s', not to '%s', and stays: "
		       "live containers may need it; use a second name",
		       placement->path, name, there, to);
}
