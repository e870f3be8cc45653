/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "capctl/container/operand.h"
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

static int take_container(struct learn_container *container,
			  const struct container *chosen, struct err *err)
{
	if (*chosen->error.text) {
		*err = chosen->error;
		return -1;
	}
	container->id = strdup(chosen->id);
	container->bundle =
		chosen->state.bundle ? strdup(chosen->state.bundle) : NULL;
	if (!container->id || (chosen->state.bundle && !container->bundle))
		return err_set_no_memory(err);
	return learn_container_of(container, chosen->state.pid, err);
}

int learn_container_find(struct learn_container *ret_container,
			 const char *root, const char *word, struct err *err)
{
	struct census census CLEANUP_CENSUS = { 0 };
	const struct census_entry *entry;
	struct err incomplete = { 0 };

	*ret_container = (struct learn_container){ 0 };
	if (census_take(&census, root, NULL, &incomplete) == 0)
		incomplete = (struct err){ 0 };
	if (operand_find_running(&entry, &census, word, err) == 0)
		return take_container(ret_container, entry->container, err);
	if (*incomplete.text)
		*err = incomplete;
	return -1;
}

int learn_container_of(struct learn_container *container, int32_t first,
		       struct err *err)
{
	char *cgroups CLEANUP_FREE = read_cgroups(getpid());
	char *namespace CLEANUP_FREE = read_namespace(getpid());

	container->first = first;
	container->cgroups = read_cgroups(first);
	container->namespace = read_namespace(first);
	if (!cgroups || !namespace || !container->cgroups ||
	    !container->namespace)
		return err_set(
			err, "cannot read process %" PRId32 " of the container",
			first);
	forget_shared(&container->cgroups, cgroups);
	forget_shared(&container->namespace, namespace);
	return 0;
}

void learn_container_free(struct learn_container *container)
{
	free(container->id);
	free(container->bundle);
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
