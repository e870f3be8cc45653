/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/starter.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/paths.h"
#include "base/procstat.h"
#include "capctl/process/smallfile.h"

#define FILE_MAX ((size_t)64 * 1024)
#define CONTAINERD_DEFAULT "runc"
#define OWN_NAME "capruntime"

static char *containerd_runtime(const char *bundle)
{
	char *path CLEANUP_FREE = alloc_text("%s/runtime", bundle);
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (!path)
		return NULL;
	text = smallfile_read(path, FILE_MAX, &len);
	if (!text || strlen(text) != len)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return *text ? TAKE_PTR(text) : strdup(CONTAINERD_DEFAULT);
}

static int32_t pid_of_file(const char *bundle)
{
	char *path CLEANUP_FREE = alloc_text("%s/pidfile", bundle);
	char *text CLEANUP_FREE = NULL;
	size_t len;
	long pid;

	if (!path)
		return 0;
	text = smallfile_read(path, FILE_MAX, &len);
	pid = text ? strtol(text, NULL, 10) : 0;
	return pid > 0 && pid <= INT32_MAX ? (int32_t)pid : 0;
}

static int32_t parent_of(int32_t pid)
{
	char path[32], *text CLEANUP_FREE = NULL;
	size_t len;

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = smallfile_read(path, FILE_MAX, &len);
	return text ? procstat_parent(text) : 0;
}

static const char *next_argument(const char *argument, const char *end)
{
	const char *next =
		argument + strnlen(argument, (size_t)(end - argument));

	return next + 1 < end ? next + 1 : NULL;
}

/* The value of "-x VALUE", "--long VALUE" or "--long=VALUE". */
static const char *option_value(const char *argument, const char *end,
				const char *letter, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(argument, letter) == 0 || strcmp(argument, name) == 0)
		return next_argument(argument, end);
	return strncmp(argument, name, len) == 0 && argument[len] == '='
		       ? argument + len + 1
		       : NULL;
}

/* Its value can look like an option: it is for another program, or a user's. */
static bool takes_any_text(const char *argument)
{
	static const char *const names[] = { "--exit-command-arg",
					     "--runtime-arg", "--runtime-opt",
					     "--restore-arg", "--log-tag" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(argument, names[i]) == 0)
			return true;
	return false;
}

const char *starter_parse_conmon(const char *arguments, size_t len,
				 const char *bundle, enum starter_option option)
{
	static const char *const names[][2] = {
		[STARTER_RUNTIME] = { "-r", "--runtime" },
		[STARTER_NAME] = { "-n", "--name" },
	};
	const char *end = arguments + len, *found = NULL, *value;
	bool same_bundle = false;

	if (!len || end[-1] ||
	    strcmp(path_basename(arguments), STARTER_CONMON) != 0)
		return NULL;
	for (const char *at = arguments; at; at = next_argument(at, end)) {
		if (takes_any_text(at)) {
			at = next_argument(at, end);
			if (!at)
				break;
			continue;
		}
		value = option_value(at, end, names[option][0],
				     names[option][1]);
		if (value)
			found = value;
		value = option_value(at, end, "-b", "--bundle");
		if (value)
			same_bundle = strcmp(value, bundle) == 0;
	}
	return same_bundle ? found : NULL;
}

const char *starter_parse_conmonrs(const char *arguments, size_t len)
{
	const char *end = arguments + len, *value = NULL;

	if (!len || end[-1] ||
	    strcmp(path_basename(arguments), STARTER_CONMON_RS) != 0)
		return NULL;
	for (const char *at = arguments; at && !value;
	     at = next_argument(at, end))
		value = option_value(at, end, "-r", "--runtime");
	return value;
}

/* A pid from the file can be another container's by now, of any pod. */
static char *monitor_value(const char *bundle, int32_t pid,
			   enum starter_option option)
{
	char path[40], *text CLEANUP_FREE = NULL;
	const char *value = NULL;
	size_t len;
	int32_t parent = parent_of(pid ? pid : pid_of_file(bundle));

	if (!parent)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", parent);
	text = smallfile_read(path, FILE_MAX, &len);
	if (text)
		value = starter_parse_conmon(text, len, bundle, option);
	if (text && !value && pid && option == STARTER_RUNTIME)
		value = starter_parse_conmonrs(text, len);
	return value ? strdup(value) : NULL;
}

char *starter_find(const char *bundle, int32_t pid)
{
	char *runtime = containerd_runtime(bundle);

	return runtime ? runtime : monitor_value(bundle, pid, STARTER_RUNTIME);
}

char *starter_find_name(const char *bundle, int32_t pid)
{
	return monitor_value(bundle, pid, STARTER_NAME);
}

static bool has_real_runtime(const char *name)
{
	char *path CLEANUP_FREE = alloc_text("%s/%s", paths_runtimes_dir, name);
	struct stat st;

	return path && *name && lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

bool starter_is_capruntime(const char *runtime)
{
	const char *name = path_basename(runtime);
	struct stat own, other;

	if (strcmp(name, OWN_NAME) == 0 ||
	    strncmp(name, OWN_NAME "-", strlen(OWN_NAME "-")) == 0 ||
	    has_real_runtime(name))
		return true;
	return *runtime == '/' && stat(paths_program, &own) == 0 &&
	       stat(runtime, &other) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}
