/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/remains.h"

#include <string.h>

#include "base/cleanup.h"

void remains_init(struct remains *ret_remains, const struct census *census)
{
	*ret_remains = (struct remains){ .census = census,
					 .processes = PROCESSES_INIT };
}

void remains_free(struct remains *remains)
{
	processes_close(&remains->processes);
	free(remains->names);
}

static int read_remains(struct remains *remains, struct err *err)
{
	const struct containers *containers = &remains->census->containers;

	remains->names = containers_ids(containers);
	if (!remains->names)
		return err_set_no_memory(err);
	remains->known =
		(struct cgroup_names){ remains->names, containers->count };
	if (processes_open(&remains->processes, "/proc", PROCESSES_CGROUPS,
			   &remains->known, err) < 0)
		return -1;
	return processes_add_all(&remains->processes, err);
}

static bool has_running_twin(const struct containers *containers,
			     const char *id)
{
	for (size_t i = 0; i < containers->count; i++)
		if (containers->list[i].runs &&
		    strcmp(containers->list[i].id, id) == 0)
			return true;
	return false;
}

int remains_check(struct remains *remains, const struct container *container,
		  struct err *err)
{
	const struct process *left;

	if (has_running_twin(&remains->census->containers, container->id))
		return 0;
	if (!remains->is_read && read_remains(remains, &remains->failure) == 0)
		remains->failure = (struct err){ 0 };
	remains->is_read = true;
	if (*remains->failure.text) {
		*err = remains->failure;
		return -1;
	}
	left = processes_find_of(&remains->processes, container->id);
	if (!left)
		return 0;
	return err_set(
		err,
		"its first process has ended, but process %u is still in its cgroup: delete the container by force to end it",
		left->status.pid);
}
