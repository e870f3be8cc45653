/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/container.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "capctl/container/operand.h"
#include "capctl/process/processes.h"
#include "capctl/process/smallfile.h"

#define CGROUPS_MAX 65536
#define LINK_SIZE 64
#define STATUS_MAX 16384

/* NULL: it has ended. The caller frees. */
static char *read_cgroups(int32_t pid)
{
	char *path CLEANUP_FREE =
		processes_file("/proc", (uint32_t)pid, "cgroup");
	size_t len;

	return path ? smallfile_read(path, CGROUPS_MAX, &len) : NULL;
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

/* What several containers share, or the container and we, says nothing. */
static void forget(char **text, bool is_shared)
{
	if (!is_shared)
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

/*
 * Others can outlive the first process if it is not the first one of its PID
 * namespace.
 */
static int report_left(const struct census *census, const char *word,
		       struct err *err)
{
	const struct containers *all = &census->containers;
	const char **ids CLEANUP_FREE = containers_ids(all);
	const struct cgroup_names known = { ids, all->count };
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct operand operand CLEANUP_OPERAND = { 0 };
	const struct process *left = NULL;
	struct err ignored;

	if (ids && operand_find(&operand, census, word, &ignored) == 0 &&
	    operand.count == 1 &&
	    processes_open(&processes, "/proc", PROCESSES_CGROUPS, &known,
			   &ignored) == 0 &&
	    processes_add_all(&processes, &ignored) == 0)
		left = processes_find_of(&processes,
					 operand.list[0]->container->id);
	return left ? err_set(err,
			      "the first process of container '%s' has ended, but process %u is still in its cgroup: watch that with --pid",
			      word, left->status.pid)
		    : -1;
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
	return *incomplete.text ? -1 : report_left(&census, word, err);
}

/*
 * In a pod with one PID namespace, only the first container's first process has
 * number 1 there.
 */
static bool is_first_of_namespace(int32_t pid)
{
	char path[64], *status CLEANUP_FREE = NULL;
	const char *line, *last;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%" PRId32 "/status", pid);
	status = smallfile_read(path, STATUS_MAX, &len);
	line = status ? strstr(status, "\nNSpid:") : NULL;
	if (!line)
		return false;
	last = strchr(line + 1, '\n');
	return last && last[-1] == '1' && last[-2] == '\t';
}

struct learn_place learn_place_read(int32_t pid)
{
	return (struct learn_place){ pid, read_cgroups(pid),
				     read_namespace(pid) };
}

void learn_place_free(struct learn_place *place)
{
	free(place->cgroups);
	free(place->namespace);
}

int learn_container_of(struct learn_container *container, int32_t first,
		       struct err *err)
{
	struct learn_place own CLEANUP_LEARN_PLACE = learn_place_read(getpid());
	struct learn_place *place = &container->first;

	*place = learn_place_read(first);
	if (!own.cgroups || !own.namespace || !place->cgroups ||
	    !place->namespace)
		return err_set(
			err, "cannot read process %" PRId32 " of the container",
			first);
	forget(&place->cgroups, is_same(place->cgroups, own.cgroups));
	forget(&place->namespace, is_same(place->namespace, own.namespace) ||
					  !is_first_of_namespace(first));
	return 0;
}

void learn_container_free(struct learn_container *container)
{
	free(container->id);
	free(container->bundle);
	learn_place_free(&container->first);
}

enum learn_belonging
learn_container_has(const struct learn_container *container,
		    const struct learn_place *place)
{
	const struct learn_place *first = &container->first;

	if (place->pid == first->pid || is_same(first->cgroups, place->cgroups))
		return LEARN_IN_CGROUPS;
	return is_same(first->namespace, place->namespace) ? LEARN_IN_NAMESPACE
							   : LEARN_OUTSIDE;
}
