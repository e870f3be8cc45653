/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "containers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "fileio.h"

#define STAT_MAX 4096

/* The name of a state's file in ROOT/ID, by dialect. */
static const char *const state_files[] = {
	[RUNTIME_RUNC] = "state.json",
	[RUNTIME_CRUN] = "status",
};

static const char *const usual_roots[] = {
	"/run/runc",
	"/run/crun",
	"/run/containerd/runc/*",
};

/* 0: it is not there, or has ended. */
static uint64_t start_of(int32_t pid)
{
	char path[32], *text CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;
	int fd CLEANUP_FD = -1;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0 ||
	    fileio_read(fd, path, STAT_MAX, &text, &len, &ignored) < 0)
		return 0;
	return container_state_has_ended(text) ? 0
					       : container_state_start(text);
}

static struct container *new_container(struct containers *containers)
{
	struct container *list = reallocarray(
		containers->list, containers->count + 1, sizeof(*list));

	if (!list)
		return NULL;
	containers->list = list;
	list[containers->count] = (struct container){ 0 };
	return &list[containers->count++];
}

static int add(struct containers *containers, const char *root, const char *id,
	       enum runtime_dialect dialect, const char *text, size_t len,
	       struct err *err)
{
	struct container *container = new_container(containers);

	if (!container)
		return err_set(err, "out of memory");
	container->root = strdup(root);
	container->id = strdup(id);
	container->dialect = dialect;
	if (!container->root || !container->id)
		return err_set(err, "out of memory");
	if (container_state_parse(&container->state, dialect, text, len, err) <
	    0)
		return -1;
	container->runs =
		container->state.pid && container->state.start &&
		start_of(container->state.pid) == container->state.start;
	return 0;
}

/* A directory without a state is none of a container's, or just going. */
static int look_at(struct containers *containers, int directory,
		   const char *root, const char *id, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(state_files); i++) {
		char *name CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;
		size_t len;
		int fd CLEANUP_FD = -1;

		if (asprintf(&name, "%s/%s", id, state_files[i]) < 0) {
			name = NULL;
			return err_set(err, "out of memory");
		}
		fd = fileio_open(directory, name, O_RDONLY | O_NONBLOCK, 0);
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0)
			return err_set_errno(err, errno, "'%s/%s'", root, name);
		if (fileio_read(fd, name, CONTAINER_STATE_MAX, &text, &len,
				err) < 0 ||
		    add(containers, root, id, (enum runtime_dialect)i, text,
			len, err) < 0)
			return err_wrap(err, "'%s/%s'", root, name);
	}
	return 0;
}

static bool is_wanted(const struct dirent *entry, const char *id)
{
	return entry->d_name[0] != '.' &&
	       (!id || strcmp(entry->d_name, id) == 0);
}

static int look_in(struct containers *containers, const char *root,
		   const char *id, struct err *err)
{
	struct dirent **entries;
	int count = scandir(root, &entries, NULL, alphasort), status = 0;
	int directory CLEANUP_FD =
		fileio_open(AT_FDCWD, root, O_PATH | O_DIRECTORY, 0);

	if (count < 0)
		return err_set_errno(err, errno, "'%s'", root);
	for (int i = 0; i < count; i++) {
		if (status == 0 && is_wanted(entries[i], id))
			status = look_at(containers, directory, root,
					 entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return status;
}

/* What is not there is not in use. */
static int look_in_usual(struct containers *containers, const char *pattern,
			 const char *id, struct err *err)
{
	glob_t found = { 0 };
	int status = 0;

	if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE)
		status = err_set(err, "out of memory");
	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		status = look_in(containers, found.gl_pathv[i], id, err);
	globfree(&found);
	return status;
}

/* Rootless runtimes keep theirs below $XDG_RUNTIME_DIR. */
static int look_in_own(struct containers *containers, const char *name,
		       const char *id, struct err *err)
{
	const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
	char *path CLEANUP_FREE = NULL;

	if (!runtime || !*runtime)
		return 0;
	if (asprintf(&path, "%s/%s", runtime, name) < 0) {
		path = NULL;
		return err_set(err, "out of memory");
	}
	return look_in_usual(containers, path, id, err);
}

int containers_find(struct containers *ret_containers, const char *root,
		    const char *id, struct err *err)
{
	*ret_containers = (struct containers){ 0 };
	if (root)
		return look_in(ret_containers, root, id, err);
	for (size_t i = 0; i < ARRAY_LEN(usual_roots); i++)
		if (look_in_usual(ret_containers, usual_roots[i], id, err) < 0)
			return -1;
	if (look_in_own(ret_containers, "runc", id, err) < 0)
		return -1;
	return look_in_own(ret_containers, "crun", id, err);
}

void containers_free(struct containers *containers)
{
	for (size_t i = 0; i < containers->count; i++) {
		free(containers->list[i].root);
		free(containers->list[i].id);
		container_state_free(&containers->list[i].state);
	}
	free(containers->list);
	*containers = (struct containers){ 0 };
}
