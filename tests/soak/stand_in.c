/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quick stand-in for the real runtime: `create -b BUNDLE ID` checks that
 * BUNDLE/config.json has the bytes of one of the files in $WANTED (separated by
 * colons), makes the directory $STATES/ID if $STATES is set, and adds a byte to the
 * file $CALLS; `delete ID` removes the directory. tests/soak/load calls it.
 */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define SIZE_MAX_READ (2 << 20)

/* Returns the length, or -1. */
static ssize_t read_file(const char *path, char *text)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = 0, len;

	while (fd >= 0 && size < SIZE_MAX_READ) {
		len = read(fd, text + size, (size_t)(SIZE_MAX_READ - size));
		if (len <= 0)
			return len < 0 ? -1 : size;
		size += len;
	}
	return -1;
}

static bool is_wanted(const char *bundle)
{
	static char config[SIZE_MAX_READ], wanted[SIZE_MAX_READ];
	char *list CLEANUP_FREE = strdup(getenv("WANTED"));
	char path[4096], *rest = NULL;
	ssize_t size;

	snprintf(path, sizeof(path), "%s/config.json", bundle);
	size = read_file(path, config);
	for (char *name = list ? strtok_r(list, ":", &rest) : NULL; name;
	     name = strtok_r(NULL, ":", &rest))
		if (size > 0 && read_file(name, wanted) == size &&
		    memcmp(config, wanted, (size_t)size) == 0)
			return true;
	fprintf(stderr, "stand_in: '%s' has other bytes\n", path);
	return false;
}

/* Without a state, the container ends at once. */
static int create(const char *bundle, const char *state)
{
	int fd CLEANUP_FD = -1;

	if (!is_wanted(bundle) || (*state && mkdir(state, 0700) < 0))
		return 1;
	fd = open(getenv("CALLS"), O_WRONLY | O_APPEND | O_CLOEXEC);
	return write(fd, ".", 1) == 1 ? 0 : 1;
}

int main(int argc, char *argv[])
{
	const char *states = getenv("STATES");
	char state[4096] = "";

	if (states)
		snprintf(state, sizeof(state), "%s/%s", states, argv[argc - 1]);
	if (argc == 5 && strcmp(argv[1], "create") == 0)
		return create(argv[3], state);
	return argc == 3 && strcmp(argv[1], "delete") == 0 ? rmdir(state) != 0
							   : 0;
}
