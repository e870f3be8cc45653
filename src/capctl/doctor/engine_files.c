/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/engine_files.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/fileio.h"

/* In the order of reading. CRI-O reads every file of its directory. */
static const char *const places[ENGINE_COUNT][4] = {
	[ENGINE_CRIO] = { "/etc/crio/crio.conf", "/etc/crio/crio.conf.d/*" },
	[ENGINE_CONTAINERD] = { "/etc/containerd/config.toml" },
	[ENGINE_PODMAN] = { "/usr/share/containers/containers.conf",
			    "/etc/containers/containers.conf",
			    "/etc/containers/containers.conf.d/*.conf" },
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
	else
		findings_fix(findings, "run capctl doctor as root");
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

static bool is_loaded(const struct engine_config *config, const char *path)
{
	for (size_t i = 0; i < config->files_count; i++)
		if (strcmp(config->files[i].name, path) == 0)
			return true;
	return false;
}

static void add_config_file(struct engine_config *config, const char *path,
			    struct findings *findings)
{
	char *text CLEANUP_FREE = NULL;
	struct err cause;
	size_t len;

	if (is_loaded(config, path))
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

static int add_matches(struct engine_config *config, const char *pattern,
		       struct findings *findings, struct err *err)
{
	glob_t found = { 0 };
	struct err cause;
	int status = glob(pattern, 0, NULL, &found);

	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		add_config_file(config, found.gl_pathv[i], findings);
	globfree(&found);
	if (status == GLOB_NOMATCH && is_closed(pattern, &cause))
		report_config_file(config, findings, FINDING_UNKNOWN, &cause);
	return status == GLOB_NOSPACE ? err_set_no_memory(err) : 0;
}

/* A relative path starts at the directory of the file that names it. */
static int add_import(struct engine_config *config, const char *from,
		      const char *pattern, struct findings *findings,
		      struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	const char *slash = strrchr(from, '/');

	path = *pattern == '/' || !slash
		       ? strdup(pattern)
		       : alloc_text("%.*s/%s", (int)(slash - from), from,
				    pattern);
	if (!path)
		return err_set_no_memory(err);
	return add_matches(config, path, findings, err);
}

/* Imports can have imports, which are appended: the list grows in the loop. */
static int add_imports(struct engine_config *config, struct findings *findings,
		       struct err *err)
{
	for (size_t i = 0; i < config->files_count; i++) {
		const struct toml_value *imports =
			toml_find(toml_root(config->files[i].doc), "imports",
				  (char *)NULL);

		for (size_t k = 0; k < toml_count(imports); k++) {
			const char *pattern =
				toml_string(toml_element(imports, k));

			if (pattern && add_import(config, config->files[i].name,
						  pattern, findings, err) < 0)
				return -1;
		}
	}
	return 0;
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
	return config->kind == ENGINE_CONTAINERD
		       ? add_imports(config, findings, err)
		       : 0;
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
