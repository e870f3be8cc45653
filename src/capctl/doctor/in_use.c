/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/in_use.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/path.h"
#include "capctl/engine/files.h"
#include "capctl/process/starter.h"
#include "capctl/process/status.h"

#define TASKS "io.containerd.runtime.v2.task"
#define LINK_MAX_LEN 4096
#define STATUS_MAX 65536
/* More than the arguments of any monitor; the kernel allows megabytes. */
#define CMDLINE_MAX ((size_t)4 * 1024 * 1024)

/* Directories of tasks: each shim shows the one of all. */
struct visited {
	struct place {
		dev_t device;
		ino_t inode;
	} * list;
	size_t count;
};

struct use {
	const char *program;
	struct findings *findings;
	struct visited *visited;
};

static void free_visited(struct visited *visited)
{
	free(visited->list);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* A name without a slash is searched in the engine's PATH, unknown here. */
static bool is_used_program(const struct use *use, const char *value)
{
	if (*value == '/')
		return strcmp(value, use->program) == 0 ||
		       is_same_file(value, use->program);
	return strcmp(value, "capruntime") == 0 ||
	       strncmp(value, "capruntime-", strlen("capruntime-")) == 0;
}

static void add_unreadable(const struct use *use, const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return;
	findings_add(use->findings, FINDING_UNKNOWN, "containers", "'%s': %s",
		     path, err_reason(errno));
}

/* Keys whose value can be a program without a path. */
static bool is_program_key(const char *key)
{
	static const char *const keys[] = { "runtime", "default_runtime",
					    "runtime_path", "BinaryName",
					    "path" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static void add_named(const struct use *use, const char *file,
		      const char *value)
{
	findings_add(use->findings, FINDING_ERROR, "configuration",
		     "'%s' names '%s'", file, value);
}

static void find_in_value(const struct use *use, const char *file,
			  const char *key, const struct toml_value *value)
{
	const char *text = toml_string(value);

	if (text && (*text == '/' || is_program_key(key)) &&
	    is_used_program(use, text))
		add_named(use, file, text);
	for (size_t i = 0; i < toml_count(value); i++) {
		if (toml_kind(value) == TOML_TABLE) {
			const char *name = "";
			const struct toml_value *member =
				toml_member(value, i, &name);

			find_in_value(use, file, name ? name : "", member);
		} else {
			find_in_value(use, file, key, toml_element(value, i));
		}
	}
}

/* Without runtime_path CRI-O searches for a program with the table's name. */
static void find_crio_names(const struct use *use,
			    const struct engine_file *file)
{
	const struct toml_value *runtimes =
		toml_find(toml_root(file->doc), "crio", "runtime", "runtimes",
			  (char *)NULL);

	for (size_t i = 0; i < toml_count(runtimes); i++) {
		const char *name = NULL, *path;

		path = toml_string(toml_find(toml_member(runtimes, i, &name),
					     "runtime_path", (char *)NULL));
		if (name && (!path || !*path) && is_used_program(use, name))
			add_named(use, file->name, name);
	}
}

/* Takes over `fd`, which may be -1 with errno. */
static void find_in_directory(const struct use *use, int fd, const char *name,
			      void (*find)(const struct use *use, int directory,
					   const char *name, const char *entry))
{
	DIR *entries CLEANUP_DIR = fileio_entries(fd);
	const struct dirent *entry;

	if (!entries) {
		add_unreadable(use, name);
		return;
	}
	do {
		errno = 0;
		entry = readdir(entries);
		if (entry && entry->d_name[0] != '.')
			find(use, dirfd(entries), name, entry->d_name);
	} while (entry);
	if (errno)
		add_unreadable(use, name);
}

/* NAMESPACE/ID: `runtime` is there until the container is deleted. */
static void find_task(const struct use *use, int namespace, const char *space,
		      const char *id)
{
	char *name CLEANUP_FREE = alloc_text("%s/runtime", id);
	char *text CLEANUP_FREE = NULL;
	struct err cause;
	struct stat st;
	size_t len;
	int fd CLEANUP_FD = -1;

	if (!name)
		return;
	fd = fileio_open_regular(namespace, name, O_NOFOLLOW, name, &st,
				 &cause);
	if (fd < 0 && (cause.number == ENOENT || cause.number == ENOTDIR))
		return;
	if (fd < 0 ||
	    fileio_read(fd, name, LINK_MAX_LEN, &text, &len, &cause) < 0)
		findings_add(use->findings, FINDING_UNKNOWN, "containers",
			     "containerd's '%s/%s': %s", space, id, cause.text);
	else if (is_used_program(use, text))
		findings_add(use->findings, FINDING_ERROR, "containers",
			     "containerd: %s/%s", space, id);
}

static void find_tasks_of(const struct use *use, int tasks, const char *path,
			  const char *space)
{
	(void)path;
	find_in_directory(use,
			  fileio_open(tasks, space,
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0),
			  space, find_task);
}

/* Without memory a directory is visited again, which does no harm. */
static bool is_visited(struct visited *visited, int directory)
{
	struct place *list;
	struct stat st;

	if (fstat(directory, &st) < 0)
		return false;
	for (size_t i = 0; i < visited->count; i++)
		if (visited->list[i].device == st.st_dev &&
		    visited->list[i].inode == st.st_ino)
			return true;
	list = reallocarray(visited->list, visited->count + 1, sizeof(*list));
	if (!list)
		return false;
	list[visited->count++] = (struct place){ st.st_dev, st.st_ino };
	visited->list = list;
	return false;
}

static void find_tasks(const struct use *use, const char *path)
{
	int fd = fileio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);

	if (fd >= 0 && is_visited(use->visited, fd))
		close(fd);
	else
		find_in_directory(use, fd, path, find_tasks_of);
}

static void find_state(const struct use *use, const char *state)
{
	char *path CLEANUP_FREE = alloc_text("%s/%s", state, TASKS);

	if (path)
		find_tasks(use, path);
}

static int find_in_files(const struct use *use, enum engine kind,
			 struct err *err)
{
	static const char *const more[] = {
		"/var/lib/rancher/k3s/agent/etc/containerd/*.toml",
		"/var/lib/rancher/rke2/agent/etc/containerd/*.toml",
		"/etc/k0s/containerd.toml",
		"/etc/k0s/containerd.d/*.toml",
		"/var/snap/microk8s/current/args/containerd*.toml",
	};
	struct engine_config config CLEANUP_ENGINE = { .kind = kind };

	for (size_t i = 0; kind == ENGINE_CONTAINERD && i < ARRAY_LEN(more);
	     i++)
		if (engine_files_add(&config, more[i], use->findings, err) < 0)
			return -1;
	if (engine_files_load(&config, use->findings, err) < 0)
		return -1;
	for (size_t i = 0; i < config.files_count; i++) {
		const struct engine_file *file = &config.files[i];
		const struct toml_value *root = toml_root(file->doc);
		const char *state =
			toml_string(toml_find(root, "state", (char *)NULL));

		find_in_value(use, file->name, "", root);
		if (kind == ENGINE_CRIO)
			find_crio_names(use, file);
		if (kind == ENGINE_CONTAINERD && state && *state == '/')
			find_state(use, state);
	}
	return 0;
}

static int read_proc_file(int process, const char *name, size_t max,
			  char **ret_text, size_t *ret_len)
{
	struct err ignored;
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(process, name, 0, name, &st, &ignored);

	return fd < 0 ? -1
		      : fileio_read(fd, name, max, ret_text, ret_len, &ignored);
}

/*
 * The owner of /proc/PID proves nothing: root owns it for each process that
 * cannot be dumped. A container's root has another root directory.
 */
static bool is_roots_process(int process)
{
	char *text CLEANUP_FREE = NULL;
	struct procstatus status;
	struct stat root, ours;
	size_t len;

	if (read_proc_file(process, "status", STATUS_MAX, &text, &len) < 0)
		return false;
	procstatus_parse(&status, text, len);
	for (int i = 0; i < PROCSTATUS_ID_COUNT; i++)
		if (!(status.have & 1U << PROCSTATUS_UID) || status.uid[i])
			return false;
	return fstatat(process, "root", &root, 0) == 0 &&
	       stat("/", &ours) == 0 && root.st_dev == ours.st_dev &&
	       root.st_ino == ours.st_ino;
}

static bool read_process_link(int process, const char *name,
			      char ret_path[LINK_MAX_LEN + 1])
{
	ssize_t len = readlinkat(process, name, ret_path, LINK_MAX_LEN);

	ret_path[len < 0 ? 0 : len] = '\0';
	return len > 0;
}

/*
 * conmon holds the path of its runtime until the container has ended, conmon-rs
 * until the pod has.
 */
static void find_monitor(const struct use *use, int process,
			 const char *program, const char *pid)
{
	char *text CLEANUP_FREE = NULL;
	const char *name = "", *word;
	bool ours = false;
	size_t len;

	if (read_proc_file(process, "cmdline", CMDLINE_MAX, &text, &len) < 0) {
		findings_add(use->findings, FINDING_UNKNOWN, "containers",
			     "%s (process %s): its command line is unreadable",
			     program, pid);
		return;
	}
	for (word = text; word < text + len; word += strlen(word) + 1) {
		const char *next = word + strlen(word) + 1;

		ours |= *word == '/' && is_used_program(use, word);
		if ((strcmp(word, "-n") == 0 || strcmp(word, "--name") == 0) &&
		    next < text + len)
			name = next;
	}
	if (ours)
		findings_add(use->findings, FINDING_ERROR, "containers",
			     "%s (process %s)%s%s", program, pid,
			     *name ? ": " : "", name);
}

/* A shim works in STATE/TASKS/NAMESPACE/ID, wherever that is. */
static void find_shim(const struct use *use, int process)
{
	char path[LINK_MAX_LEN + 1];
	char *slash = read_process_link(process, "cwd", path)
			      ? strrchr(path, '/')
			      : NULL;

	for (int i = 0; i < 2 && slash; i++) {
		*slash = '\0';
		slash = strrchr(path, '/');
	}
	if (slash && strcmp(slash + 1, TASKS) == 0)
		find_tasks(use, path);
}

static void find_process(const struct use *use, int proc, const char *parent,
			 const char *pid)
{
	char path[LINK_MAX_LEN + 1];
	const char *name;
	int process CLEANUP_FD = -1;

	(void)parent;
	if (strspn(pid, "0123456789") < strlen(pid))
		return;
	process = fileio_open(proc, pid, O_RDONLY | O_DIRECTORY, 0);
	if (process < 0 || !read_process_link(process, "exe", path))
		return;
	name = path_basename(path);
	if (strncmp(name, STARTER_CONMON, strlen(STARTER_CONMON)) == 0 &&
	    is_roots_process(process))
		find_monitor(use, process,
			     strncmp(name, STARTER_CONMON_RS,
				     strlen(STARTER_CONMON_RS)) == 0
				     ? STARTER_CONMON_RS
				     : STARTER_CONMON,
			     pid);
	if (strncmp(name, "containerd-shim", strlen("containerd-shim")) == 0 &&
	    is_roots_process(process))
		find_shim(use, process);
}

static void find_processes(const struct use *use)
{
	find_in_directory(
		use, fileio_open(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0),
		"/proc", find_process);
}

int in_use_find(const char *program, struct findings *findings, struct err *err)
{
	struct visited visited __attribute__((cleanup(free_visited))) = { 0 };
	const struct use use = { program, findings, &visited };

	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		if (find_in_files(&use, (enum engine)kind, err) < 0)
			return -1;
	find_state(&use, "/run/containerd");
	find_state(&use, "/run/k3s/containerd");
	find_state(&use, "/run/k0s/containerd");
	find_state(&use, "/var/snap/microk8s/common/run/containerd");
	find_state(&use, "/run/docker/containerd/daemon");
	find_processes(&use);
	return findings_check(findings, err);
}
