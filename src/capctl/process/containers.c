/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/containers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/procstat.h"
#include "base/trust.h"
#include "capctl/process/status.h"

#define STAT_MAX 4096

/* The name of the state file in ROOT/ID. */
static const char *const state_files[] = {
	[RUNTIME_RUNC] = "state.json",
	[RUNTIME_CRUN] = "status",
};

static const char *const usual_roots[] = { "/run/runc", "/run/crun" };

/* A root for each of containerd's namespaces: containerd's own, and Docker's. */
static const char *const namespace_roots[] = { "/run/containerd/runc",
					       "/run/docker/runtime-runc" };

/* ENOENT alone proves nothing: procfs may not be mounted, or hide others. */
static bool is_pid_hidden(int32_t pid, int reason)
{
	return (reason != ENOENT && reason != ESRCH) || kill(pid, 0) == 0 ||
	       errno == EPERM;
}

static void check_first_process(struct container *container)
{
	int32_t pid = container->state.pid;
	char path[32], *text CLEANUP_FREE = NULL;
	struct err cause;
	struct stat st;
	size_t len;
	int fd CLEANUP_FD = -1;

	if (!pid)
		return;
	if (!container->state.start) {
		if (is_pid_hidden(pid, ENOENT))
			err_set(&container->error,
				"'%s/%s': its state has no start time of process %d, so it is unknown whether that is the container's",
				container->root, container->id, pid);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = fileio_open_regular(AT_FDCWD, path, 0, path, &st, &cause);
	if (fd < 0 ||
	    fileio_read(fd, path, STAT_MAX, &text, &len, &cause) < 0) {
		container->hidden = is_pid_hidden(pid, cause.number);
		return;
	}
	container->runs = !procstat_has_ended(text) &&
			  procstat_start_time(text) == container->state.start;
	container->forked = container->runs && !procstat_has_executed(text);
	/* A runtime that was killed during "start" leaves the FIFO. */
	container->created &= !container->runs || container->forked;
}

/* NULL: out of memory. */
static struct container *add_container(struct containers *containers,
				       const char *root, const char *id,
				       enum runtime_dialect dialect)
{
	struct container *list = reallocarray(
		containers->list, containers->count + 1, sizeof(*list));
	struct container *container;

	if (!list)
		return NULL;
	containers->list = list;
	container = &list[containers->count];
	*container = (struct container){ .root = strdup(root),
					 .id = strdup(id),
					 .dialect = dialect };
	if (!container->root || !container->id) {
		free(container->root);
		free(container->id);
		return NULL;
	}
	containers->count++;
	return container;
}

/* `fd` is the open file, or -1 with the reason in `opening`. */
static int read_container_state(struct container *container, int fd,
				const struct err *opening, const char *name,
				struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (fd < 0 && !opening->number)
		return err_set(err, "'%s/%s' is not a regular file",
			       container->root, name);
	if (fd < 0)
		return err_set_errno(err, opening->number, "'%s/%s'",
				     container->root, name);
	if (fileio_read(fd, name, CONTAINER_STATE_MAX, &text, &len, err) < 0 ||
	    container_state_parse(&container->state, container->dialect, text,
				  len, err) < 0)
		return err_wrap(err, "'%s/%s'", container->root, name);
	return 0;
}

/* runc and crun wait for "start" at this FIFO, and remove it. */
static bool waits_for_start(int directory, const char *id)
{
	char *fifo CLEANUP_FREE = alloc_text("%s/exec.fifo", id);

	return fifo && faccessat(directory, fifo, F_OK, 0) == 0;
}

/* A directory without a state file is no container, or is being removed. */
static int add_containers_of_id(struct containers *containers, int directory,
				const char *root, const char *id,
				struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(state_files); i++) {
		char *name CLEANUP_FREE =
			alloc_text("%s/%s", id, state_files[i]);
		struct container *container;
		struct err opening = { 0 };
		struct stat st;
		int fd CLEANUP_FD = -1;

		if (!name)
			return err_set_no_memory(err);
		fd = fileio_open_regular(directory, name, O_NOFOLLOW, name, &st,
					 &opening);
		if (fd < 0 &&
		    (opening.number == ENOENT || opening.number == ENOTDIR))
			continue;
		container = add_container(containers, root, id,
					  (enum runtime_dialect)i);
		if (!container)
			return err_set_no_memory(err);
		container->created = waits_for_start(directory, id);
		if (read_container_state(container, fd, &opening, name,
					 &container->error) == 0)
			check_first_process(container);
	}
	return 0;
}

static bool is_wanted_id(const struct dirent *entry, const char *id)
{
	return entry->d_name[0] != '.' &&
	       (!id || strcmp(entry->d_name, id) == 0);
}

/* Only a root that the user named must exist. */
static int list_root(const char *path, bool named, struct dirent ***ret_entries,
		     struct err *err)
{
	int count = scandir(path, ret_entries, NULL, versionsort);

	if (count >= 0)
		return count;
	if (!named && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return err_set_errno(err, errno, "'%s'", path);
}

static int search_root(struct containers *containers, const char *root,
		       bool named, const char *id, struct err *err)
{
	struct dirent **entries = NULL;
	int count = list_root(root, named, &entries, err), status = 0;
	int directory CLEANUP_FD =
		fileio_open(AT_FDCWD, root, O_PATH | O_DIRECTORY, 0);

	for (int i = 0; i < count; i++) {
		if (status == 0 && is_wanted_id(entries[i], id))
			status = add_containers_of_id(containers, directory,
						      root, entries[i]->d_name,
						      err);
		free(entries[i]);
	}
	free(entries);
	return count < 0 ? -1 : status;
}

static int search_root_below(struct containers *containers,
			     const char *directory, const char *name,
			     const char *id, struct err *err)
{
	char *root CLEANUP_FREE = alloc_text("%s/%s", directory, name);

	if (!root)
		return err_set_no_memory(err);
	return search_root(containers, root, false, id, err);
}

/* Keeps the first error only; the search goes on. */
static void keep_first_error(struct err *first, int status,
			     const struct err *error)
{
	if (status < 0 && !*first->text)
		*first = *error;
}

static void search_namespace_roots(struct containers *containers,
				   const char *parent, const char *id,
				   struct err *first)
{
	struct dirent **entries = NULL;
	struct err error;
	int count = list_root(parent, false, &entries, &error);

	keep_first_error(first, count, &error);
	for (int i = 0; i < count; i++) {
		if (is_wanted_id(entries[i], NULL))
			keep_first_error(first,
					 search_root_below(containers, parent,
							   entries[i]->d_name,
							   id, &error),
					 &error);
		free(entries[i]);
	}
	free(entries);
}

/* Who can write in it, can put any state there. su(1) keeps the variable. */
static int check_user_directory(const char *own, const char *name,
				struct err *err)
{
	char *root CLEANUP_FREE = alloc_text("%s/%s", own, name);
	struct stat st;

	if (!root)
		return err_set_no_memory(err);
	if (access(root, F_OK) < 0 || stat(own, &st) < 0 ||
	    trust_check_stat(&st, own, err) == 0)
		return 0;
	return err_wrap(err,
			"$XDG_RUNTIME_DIR (unset it, or use --root for '%s')",
			root);
}

/* Rootless runtimes keep their state below $XDG_RUNTIME_DIR. */
static void search_user_roots(struct containers *containers, const char *id,
			      struct err *first)
{
	static const char *const names[] = { "runc", "crun" };
	const char *own = secure_getenv("XDG_RUNTIME_DIR");
	struct err error;

	for (size_t i = 0; own && *own && i < ARRAY_LEN(names); i++) {
		int status = check_user_directory(own, names[i], &error);

		if (status == 0)
			status = search_root_below(containers, own, names[i],
						   id, &error);
		keep_first_error(first, status, &error);
	}
}

int containers_find(struct containers *ret_containers, const char *root,
		    const char *id, struct err *err)
{
	struct err first = { 0 }, error;

	*ret_containers = (struct containers){ 0 };
	if (root)
		return search_root(ret_containers, root, true, id, err);
	for (size_t i = 0; i < ARRAY_LEN(usual_roots); i++)
		keep_first_error(&first,
				 search_root(ret_containers, usual_roots[i],
					     false, id, &error),
				 &error);
	for (size_t i = 0; i < ARRAY_LEN(namespace_roots); i++)
		search_namespace_roots(ret_containers, namespace_roots[i], id,
				       &first);
	search_user_roots(ret_containers, id, &first);
	return *first.text ? err_set(err, "%s", first.text) : 0;
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

const char **containers_ids(const struct containers *containers)
{
	const char **ids = calloc(containers->count + 1, sizeof(*ids));

	for (size_t i = 0; ids && i < containers->count; i++)
		ids[i] = containers->list[i].id;
	return ids;
}
