/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "capctl/process/containers.h"
#include "capctl/process/smallfile.h"

#define CGROUPS_MAX 65536
#define LINK_SIZE 64

/* NULL: it has ended. The caller frees. */
static char *read_cgroups(int32_t pid)
{
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%" PRId32 "/cgroup", pid);
	return smallfile_read(path, CGROUPS_MAX, &len);
}

static char *read_namespace(int32_t pid)
{
	char path[64], link[LINK_SIZE];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%" PRId32 "/ns/pid", pid);
	len = readlink(path, link, sizeof(link));
	return len > 0 ? strndup(link, (size_t)len) : NULL;
}

static bool is_same(const char *one, const char *other)
{
	return one && other && strcmp(one, other) == 0;
}

/* What the container shares with us says nothing. */
static void forget_shared(char **text, const char *own)
{
	if (!is_same(*text, own))
		return;
	free(*text);
	*text = NULL;
}

static int find_first_process(int32_t *ret_first, const char *root,
			      const char *id, struct err *err)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	int status = containers_find(&found, root, id, err);

	for (size_t i = 0; i < found.count; i++) {
		if (!found.list[i].runs)
			continue;
		*ret_first = found.list[i].state.pid;
		return 0;
	}
	if (status < 0)
		return -1;
	if (found.count && *found.list[0].error.text) {
		*err = found.list[0].error;
		return -1;
	}
	return err_set(err, "no running container '%s'", id);
}

int learn_container_find(struct learn_container *ret_container,
			 const char *root, const char *id, struct err *err)
{
	char *cgroups CLEANUP_FREE = read_cgroups(getpid());
	char *namespace CLEANUP_FREE = read_namespace(getpid());
	struct learn_container *container = ret_container;

	*container = (struct learn_container){ 0 };
	if (find_first_process(&container->first, root, id, err) < 0)
		return -1;
	container->cgroups = read_cgroups(container->first);
	container->namespace = read_namespace(container->first);
	if (!cgroups || !namespace || !container->cgroups ||
	    !container->namespace)
		return err_set(err, "cannot read process %" PRId32 " of '%s'",
			       container->first, id);
	forget_shared(&container->cgroups, cgroups);
	forget_shared(&container->namespace, namespace);
	return 0;
}

void learn_container_free(struct learn_container *container)
{
	free(container->cgroups);
	free(container->namespace);
}

bool learn_container_has(const struct learn_container *container, int32_t pid)
{
	char *cgroups CLEANUP_FREE =
		container->cgroups ? read_cgroups(pid) : NULL;
	char *namespace CLEANUP_FREE =
		container->namespace ? read_namespace(pid) : NULL;

	return pid == container->first ||
	       is_same(container->cgroups, cgroups) ||
	       is_same(container->namespace, namespace);
}
