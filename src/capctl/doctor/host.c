/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/host.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"

#define PROGRAM "/capruntime"
#define PLACE_SIZE 4096

static char beside[PLACE_SIZE];

void node_learn_place(void)
{
	ssize_t len = readlink("/proc/self/exe", beside,
			       sizeof(beside) - sizeof(PROGRAM));
	char *slash;

	beside[len < 0 ? 0 : len] = '\0';
	slash = strrchr(beside, '/');
	if (slash)
		memcpy(slash, PROGRAM, sizeof(PROGRAM));
}

const char *node_installed(void)
{
	if (access(paths_program, F_OK) == 0 || access(beside, F_OK) < 0)
		return paths_program;
	return beside;
}

bool node_is_installed(const char *path)
{
	struct stat installed, other;

	return stat(node_installed(), &installed) == 0 &&
	       stat(path, &other) == 0 && installed.st_dev == other.st_dev &&
	       installed.st_ino == other.st_ino;
}

bool node_is_capruntime(const char *path)
{
	const char *name = basename(path);

	if (strcmp(name, "capruntime") == 0 ||
	    strncmp(name, "capruntime-", strlen("capruntime-")) == 0)
		return true;
	return *path == '/' && node_is_installed(path);
}

int node_look(struct findings *findings, struct err *err)
{
	struct node node CLEANUP_NODE = { 0 };

	node_kernel(findings);
	node_program(&node, findings);
	node_containers(&node, findings);
	node_policy(&node, findings);
	if (node_engines(&node, findings, err) < 0)
		return -1;
	return findings->failed ? err_set(err, "out of memory") : 0;
}

void node_free(struct node *node)
{
	policy_free(&node->policy);
}
