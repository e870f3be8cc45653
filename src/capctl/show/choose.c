/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <stdio.h>
#include <string.h>

#include "capctl/show/tree.h"

const struct process *show_find(const struct processes *processes, uint32_t pid)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->list[i].status.pid == pid)
			return &processes->list[i];
	return NULL;
}

static bool holds_nothing(const struct process *process)
{
	const struct procstatus *status = &process->status;
	const capmask *set = status->sets.set;

	if (procstatus_is_dead(status))
		return true;
	return !(set[CAPSET_PERMITTED] | set[CAPSET_EFFECTIVE] |
		 set[CAPSET_INHERITABLE] | set[CAPSET_AMBIENT]) &&
	       (!set[CAPSET_BOUNDING] || status->no_new_privs);
}

/* Is the process, by its cgroup, of another container than the first one? */
static bool is_of_other(const struct process *process,
			const struct process *first)
{
	return process->container &&
	       !(first->container &&
		 strcmp(process->container, first->container) == 0);
}

/* The containers of a pod can have one PID namespace. */
static bool is_of_target(const struct show_target *target, bool whole_namespace,
			 const struct processes *processes,
			 const struct process *process)
{
	const struct process *first, *own;

	if (process->status.pid == target->first ||
	    (process->container && strcmp(process->container, target->id) == 0))
		return true;
	if (!target->first || !process->pid_namespace)
		return false;
	first = show_find(processes, target->first);
	own = show_find(processes, (uint32_t)getpid());
	return first && own && first->pid_namespace != own->pid_namespace &&
	       process->pid_namespace == first->pid_namespace &&
	       (whole_namespace || !is_of_other(process, first));
}

static bool is_of_any_target(const struct show_choice *choice,
			     const struct processes *processes,
			     const struct process *process)
{
	for (size_t i = 0; i < choice->targets_count; i++)
		if (is_of_target(&choice->targets[i], choice->options->all,
				 processes, process))
			return true;
	return false;
}

static bool is_pid(const char *word, uint32_t pid)
{
	char text[16];

	if (strcmp(word, SHOW_OWN) == 0)
		return pid == (uint32_t)getpid();
	snprintf(text, sizeof(text), "%u", pid);
	return strcmp(word, text) == 0;
}

static bool is_asked_for(const struct show_choice *choice, uint32_t pid)
{
	for (char **word = choice->options->words; *word; word++)
		if (is_pid(*word, pid))
			return true;
	return false;
}

/* `below`: the process is a descendant of a chosen one. */
static bool is_chosen(const struct show_choice *choice,
		      const struct processes *processes,
		      const struct process *process, bool below)
{
	uint32_t pid = process->status.pid;

	switch (choice->mode) {
	case SHOW_PIDS:
		return below || is_asked_for(choice, pid);
	case SHOW_TARGETS:
		return !procstatus_is_dead(&process->status) &&
		       (below || is_of_any_target(choice, processes, process));
	case SHOW_ALL:
		return !holds_nothing(process);
	case SHOW_CONTAINERS:
		return process->container && !holds_nothing(process);
	}
	return false;
}

static bool is_counted_as_left_out(const struct show_choice *choice,
				   const struct process *process)
{
	return choice->mode == SHOW_ALL ||
	       (choice->mode == SHOW_CONTAINERS && process->container);
}

static struct proctree_node *make_nodes(const struct processes *processes,
					struct err *err)
{
	struct proctree_node *nodes =
		calloc(processes->count + 1, sizeof(*nodes));

	if (!nodes) {
		err_set_no_memory(err);
		return NULL;
	}
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process = &processes->list[i];

		nodes[i] = (struct proctree_node){
			.pid = process->status.pid,
			.parent = process->is_thread ? process->status.tgid
						     : process->status.ppid,
			.index = i,
		};
	}
	return nodes;
}

static size_t *make_counts(size_t count)
{
	return calloc(count, sizeof(size_t));
}

/* below[N] is the number of chosen processes above depth N. */
int show_choose(struct show *show, const struct show_choice *choice,
		struct err *err)
{
	const struct processes *processes = &show->processes;
	struct proctree_node *nodes CLEANUP_FREE = make_nodes(processes, err);
	size_t *below CLEANUP_FREE = make_counts(processes->count + 2);

	if (!nodes || proctree_sort(nodes, processes->count, err) < 0)
		return -1;
	show->rows = calloc(processes->count + 1, sizeof(*show->rows));
	if (!below || !show->rows)
		return err_set_no_memory(err);
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process =
			&processes->list[nodes[i].index];
		size_t above = below[nodes[i].depth];
		bool chosen = is_chosen(choice, processes, process, above > 0);

		below[nodes[i].depth + 1] = above + chosen;
		if (chosen)
			show->rows[show->count++] =
				(struct show_row){ process, above };
		else
			show->left_out +=
				is_counted_as_left_out(choice, process);
	}
	return 0;
}
