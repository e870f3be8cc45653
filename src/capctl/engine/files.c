/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "base/path.h"
#include "capctl/engine/containerd_tables.h"

#define CONTAINERD_ROOT "/etc/containerd/config.toml"
#define CONTAINERD_IMPORTS "/etc/containerd/conf.d/*.toml"
#define CRIO_DIRECTORY "/etc/crio/crio.conf.d"
#define WALK_DEPTH_MAX 16

/* In the order of reading. */
static const char *const places[ENGINE_COUNT][4] = {
	[ENGINE_CRIO] = { "/etc/crio/crio.conf" },
	[ENGINE_CONTAINERD] = { CONTAINERD_ROOT },
	[ENGINE_PODMAN] = { "/usr/share/containers/containers.conf",
			    "/etc/containers/containers.conf",
			    "/etc/containers/containers.conf.d/*.conf" },
	[ENGINE_DOCKER] = { "/etc/docker/daemon.json" },
};

static void report_config_file(const struct engine_config *config,
			       struct findings *findings,
			       enum finding_level level,
			       const struct err *cause)
{
	findings_add(findings, level, engine_name(config->kind), "%s",
		     cause->text);
	if (level == FINDING_ERROR)
		findings_fix(findings,
			     "correct the file: %s does not start with it",
			     engine_name(config->kind));
	else if (cause->number == EACCES || cause->number == EPERM)
		findings_fix(findings, "run capctl doctor as root");
	else
		findings_fix(findings, "correct or remove it");
}

/* Reads regular files only: opening a FIFO or a device could block. */
static int read_config_file(const char *path, char **ret_text, size_t *ret_len,
			    struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(AT_FDCWD, path, 0, path, &st, err);

	if (fd < 0)
		return -1;
	return fileio_read(fd, path, ENGINE_FILE_MAX, ret_text, ret_len, err);
}

static const struct engine_file *find_loaded(const struct engine_config *config,
					     const char *path)
{
	for (size_t i = 0; i < config->files_count; i++)
		if (strcmp(config->files[i].name, path) == 0)
			return &config->files[i];
	return NULL;
}

static void add_config_file(struct engine_config *config, const char *path,
			    struct findings *findings)
{
	char *text CLEANUP_FREE = NULL;
	struct err cause;
	size_t len;

	if (find_loaded(config, path))
		return;
	if (config->files_count == ENGINE_FILES_MAX)
		findings_add(findings, FINDING_UNKNOWN,
			     engine_name(config->kind),
			     "'%s' and more are not read: more than %d files",
			     path, ENGINE_FILES_MAX);
	else if (read_config_file(path, &text, &len, &cause) < 0)
		report_config_file(config, findings, FINDING_UNKNOWN, &cause);
	else if (engine_config_add(config, path, text, len, &cause) < 0)
		report_config_file(config, findings, FINDING_ERROR, &cause);
}

/* glob(3) treats an unreadable directory like a missing one. */
static bool is_closed(const char *pattern, struct err *ret_cause)
{
	const char *slash = strrchr(pattern, '/');
	bool listed = slash && strpbrk(slash, "*?[");
	char *directory CLEANUP_FREE =
		slash && slash > pattern
			? strndup(pattern, (size_t)(slash - pattern))
			: NULL;

	if (!directory || access(directory, listed ? R_OK | X_OK : X_OK) == 0 ||
	    errno == ENOENT || errno == ENOTDIR)
		return false;
	err_set_errno(ret_cause, errno, "'%s'", directory);
	return true;
}

/*
 * The engines' patterns match names with a leading dot. glob(3) would match the
 * directories "." and "..", too, so this is limited to the last part.
 */
static int pattern_flags(const char *pattern)
{
	const char *wildcard = strpbrk(pattern, "*?[");

	return wildcard && !strchr(wildcard, '/') ? GLOB_PERIOD : 0;
}

/* podman reads the files of a directory alone; containerd would not start. */
static bool is_skipped_match(const struct engine_config *config,
			     const char *path)
{
	struct stat st;

	return path_is_dots(path_basename(path)) ||
	       (config->kind == ENGINE_PODMAN && stat(path, &st) == 0 &&
		S_ISDIR(st.st_mode));
}

static int add_matches(struct engine_config *config, const char *pattern,
		       struct findings *findings, struct err *err)
{
	glob_t found = { 0 };
	struct err cause;
	int status = glob(pattern, pattern_flags(pattern), NULL, &found);

	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		if (!is_skipped_match(config, found.gl_pathv[i]))
			add_config_file(config, found.gl_pathv[i], findings);
	globfree(&found);
	if (status == GLOB_NOMATCH && is_closed(pattern, &cause))
		report_config_file(config, findings, FINDING_UNKNOWN, &cause);
	return status == GLOB_NOSPACE ? err_set_no_memory(err) : 0;
}

static int is_walked(const struct dirent *entry)
{
	return !path_is_dots(entry->d_name);
}

/* By bytes; alphasort(3) follows the locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_crio_path(struct engine_config *config, const char *path,
			  int depth, struct findings *findings,
			  struct err *err);

static int walk_crio_entry(struct engine_config *config, const char *directory,
			   const char *name, int depth,
			   struct findings *findings, struct err *err)
{
	char *path CLEANUP_FREE = alloc_text("%s/%s", directory, name);

	if (!path)
		return err_set_no_memory(err);
	return walk_crio_path(config, path, depth, findings, err);
}

static int walk_crio_directory(struct engine_config *config, const char *path,
			       int depth, struct findings *findings,
			       struct err *err)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_walked, compare_names);
	int result = 0;
	struct err cause;

	if (count < 0) {
		err_set_errno(&cause, errno, "'%s'", path);
		report_config_file(config, findings, FINDING_UNKNOWN, &cause);
		return 0;
	}
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = walk_crio_entry(config, path,
						 entries[i]->d_name, depth - 1,
						 findings, err);
		free(entries[i]);
	}
	free(entries);
	return result;
}

/* As CRI-O does: all files of all subdirectories, and links as files. */
static int walk_crio_path(struct engine_config *config, const char *path,
			  int depth, struct findings *findings, struct err *err)
{
	struct err cause;
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		err_set_errno(&cause, errno, "'%s'", path);
		report_config_file(config, findings, FINDING_UNKNOWN, &cause);
	} else if (!S_ISDIR(st.st_mode)) {
		add_config_file(config, path, findings);
	} else if (depth > 0) {
		return walk_crio_directory(config, path, depth, findings, err);
	} else {
		findings_add(findings, FINDING_UNKNOWN,
			     engine_name(config->kind),
			     "'%s' is not read: more than %d directories deep",
			     path, WALK_DEPTH_MAX);
	}
	return 0;
}

/* containerd 2 stops in silence at such an import. */
static void add_literal_import(struct engine_config *config, const char *from,
			       const char *path, struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) == 0 || errno != ENOENT) {
		add_config_file(config, path, findings);
		return;
	}
	findings_add(
		findings, FINDING_WARNING, engine_name(config->kind),
		"'%s' imports '%s', which does not exist: containerd 1.x does not start, and 2.x ignores all further imports",
		from, path);
	findings_fix(findings, "remove it from imports");
}

static void check_relative_pattern(const struct engine_file *from,
				   const char *pattern,
				   struct findings *findings)
{
	if (containerd_tables_version(from) >= CONTAINERD_NEW_VERSION)
		return;
	findings_add(
		findings, FINDING_WARNING, "containerd",
		"'%s' imports the relative pattern '%s': containerd 1.6 searches it in its own working directory",
		from->name, pattern);
	findings_fix(findings, "write an absolute pattern");
}

/* A relative path starts at the directory of the file that names it. */
static int add_import(struct engine_config *config,
		      const struct engine_file *from, const char *pattern,
		      struct findings *findings, struct err *err)
{
	bool is_relative = *pattern != '/';
	size_t directory =
		is_relative ? (size_t)(path_basename(from->name) - from->name)
			    : 0;
	char *path CLEANUP_FREE =
		alloc_text("%.*s%s", (int)directory, from->name, pattern);

	if (!path)
		return err_set_no_memory(err);
	path_clean(path);
	/* Only '*' makes a pattern: other wildcards alone are literal. */
	if (!strchr(path, '*')) {
		add_literal_import(config, from->name, path, findings);
		return 0;
	}
	if (is_relative)
		check_relative_pattern(from, pattern, findings);
	return add_matches(config, path, findings, err);
}

/* containerd 2.2 and later reads these if the root file has no imports. */
static int add_default_imports(struct engine_config *config,
			       struct findings *findings, struct err *err)
{
	const struct engine_file *root = find_loaded(config, CONTAINERD_ROOT);
	size_t first = config->files_count;

	if (root && toml_count(toml_find(toml_root(root->doc), "imports",
					 (char *)NULL)))
		return 0;
	if (add_matches(config, CONTAINERD_IMPORTS, findings, err) < 0)
		return -1;
	for (size_t i = first; i < config->files_count; i++)
		config->files[i].by_default = true;
	return 0;
}

/*
 * Imports can have imports, which are appended: the list grows in the loop, and
 * its memory moves.
 */
static int add_imports(struct engine_config *config, struct findings *findings,
		       struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++) {
		const struct engine_file from = config->files[i];
		const struct toml_value *imports =
			toml_find(toml_root(from.doc), "imports", (char *)NULL);

		for (size_t k = 0; k < toml_count(imports); k++) {
			const char *pattern =
				toml_string(toml_element(imports, k));

			if (pattern && add_import(config, &from, pattern,
						  findings, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int load_containerd(struct engine_config *config,
			   struct findings *findings, struct err *err)
{
	if (add_default_imports(config, findings, err) < 0)
		return -1;
	return add_imports(config, findings, err);
}

int engine_files_add(struct engine_config *config, const char *pattern,
		     struct findings *findings, struct err *err)
{
	return add_matches(config, pattern, findings, err);
}

int engine_files_load(struct engine_config *config, struct findings *findings,
		      struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(places[0]); i++) {
		const char *place = places[config->kind][i];

		if (place && add_matches(config, place, findings, err) < 0)
			return -1;
	}
	if (config->kind == ENGINE_CRIO)
		return walk_crio_path(config, CRIO_DIRECTORY, WALK_DEPTH_MAX,
				      findings, err);
	if (config->kind == ENGINE_CONTAINERD)
		return load_containerd(config, findings, err);
	return 0;
}

const char *engine_files_distribution(size_t index)
{
	static const char *const roots[] = {
		"/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
		"/var/lib/rancher/rke2/agent/etc/containerd/config.toml",
		"/etc/k0s/containerd.toml",
		"/var/snap/microk8s/current/args/containerd.toml",
	};

	return index < ARRAY_LEN(roots) ? roots[index] : NULL;
}

int engine_files_load_root(struct engine_config *config, const char *root,
			   struct findings *findings, struct err *err)
{
	if (add_matches(config, root, findings, err) < 0)
		return -1;
	return add_imports(config, findings, err);
}

bool engine_runs(enum engine kind)
{
	static const char *const sockets[ENGINE_COUNT] = {
		[ENGINE_CRIO] = "/run/crio/crio.sock",
		[ENGINE_CONTAINERD] = "/run/containerd/containerd.sock",
	};
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd CLEANUP_FD = -1;

	if (!sockets[kind])
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	strncpy(address.sun_path, sockets[kind], sizeof(address.sun_path) - 1);
	return fd >= 0 && connect(fd, (const struct sockaddr *)&address,
				  sizeof(address)) == 0;
}
