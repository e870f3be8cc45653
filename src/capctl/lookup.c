/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/lookup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

/* What execvp(3) searches without $PATH. */
#define USUAL_PATH "/bin:/usr/bin"

/* A closed directory on the way is like one that does not have it. */
static bool is_there(const char *path)
{
	return faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
}

static bool may_execute(const char *path)
{
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* NULL: *number says why, or ENOMEM. An empty directory is the current one. */
static char *search_directories(const char *name, int *number)
{
	const char *path = getenv("PATH");

	*number = ENOENT;
	if (!path)
		path = USUAL_PATH;
	for (size_t len; *path; path += len + (path[len] == ':')) {
		char *directory CLEANUP_FREE = NULL,
				*program CLEANUP_FREE = NULL;

		len = strcspn(path, ":");
		directory = strndup(len ? path : ".", len ? len : 1);
		program = directory ? alloc_path(directory, name) : NULL;
		if (!program)
			*number = ENOMEM;
		if (!program || may_execute(program))
			return TAKE_PTR(program);
		if (errno == EACCES && is_there(program))
			*number = EACCES;
	}
	return NULL;
}

char *lookup_program(const char *name, struct err *err)
{
	char *program CLEANUP_FREE = NULL;
	int number = ENOENT;

	if (strchr(name, '/')) {
		program = strdup(name);
		number = program && !may_execute(program) ? errno : 0;
	} else if (*name) {
		program = search_directories(name, &number);
		number = program ? 0 : number;
	}
	if (!number && program)
		return TAKE_PTR(program);
	if (!number || number == ENOMEM)
		err_set_no_memory(err);
	else
		err_set_errno(err, number, "start '%s'", name);
	return NULL;
}
