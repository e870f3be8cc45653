/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <string.h>

#include "base/alloc.h"
#include "capctl/container/operand.h"
#include "capctl/verb.h"

static int add_target(struct show_choice *choice,
		      const struct show_target *target, struct err *err)
{
	struct show_target *targets =
		alloc_room(choice->targets, choice->targets_count,
			   &choice->targets_size, sizeof(*targets));

	if (!targets)
		return err_set_no_memory(err);
	choice->targets = targets;
	targets[choice->targets_count++] = *target;
	return 0;
}

/* Whether it is running can be unknown. */
static void require_known(const struct container *container,
			  struct err *problems)
{
	struct err problem = container->error;

	if (container->hidden)
		err_set(&problem,
			"cannot read process %d of container '%s' in /proc",
			container->state.pid, container->id);
	if (*problem.text)
		verb_add_error(problems, &problem);
}

/*
 * Of several containers, those that do not run are left out. One whose first
 * process has ended can have others, where its PID namespace is shared.
 */
static int add_running(struct show_choice *choice,
		       const struct operand *operand, const char *word,
		       struct err *problems, struct err *err)
{
	size_t before = choice->targets_count;
	struct err mine = { 0 };

	for (size_t i = 0; i < operand->count; i++) {
		const struct container *container = operand->list[i]->container;
		struct show_target target = { .id = container->id,
					      .whole = true };

		require_known(container, &mine);
		if (container->runs)
			target.first = (uint32_t)container->state.pid;
		else if (operand->count > 1 || *mine.text)
			continue;
		if (add_target(choice, &target, err) < 0)
			return -1;
	}
	if (choice->targets_count == before && !*mine.text)
		err_set(&mine, "container '%s' is not running", word);
	if (*mine.text)
		verb_add_error(problems, &mine);
	return 0;
}

/* A state directory that could not be read may have it. */
static int add_unknown(struct show_choice *choice, const char *word,
		       struct err *problems, struct err *err)
{
	struct show_target target = { .id = word }; /* a cgroup may tell */
	struct err problem;

	if (*choice->census_failure.text)
		problem = choice->census_failure;
	else if (choice->options->root)
		operand_missing(&choice->census, word, &problem);
	else
		return add_target(choice, &target, err);
	verb_add_error(problems, &problem);
	return 0;
}

static int find_target(struct show_choice *choice, const char *word,
		       struct err *problems, struct err *err)
{
	struct operand operand CLEANUP_OPERAND = { 0 };
	struct err problem;
	int status = choice->options->id
			     ? operand_find_id(&operand, &choice->census, word,
					       &problem)
			     : operand_find(&operand, &choice->census, word,
					    &problem);

	if (status < 0) {
		verb_add_error(problems, &problem);
		return 0;
	}
	return operand.count
		       ? add_running(choice, &operand, word, problems, err)
		       : add_unknown(choice, word, problems, err);
}

int show_find_targets(struct show_choice *choice, struct err *problems,
		      struct err *err)
{
	const struct show_options *options = choice->options;

	if (options->id)
		return find_target(choice, options->id, problems, err);
	for (char **word = options->words; *word; word++)
		if (find_target(choice, *word, problems, err) < 0)
			return -1;
	return 0;
}

/* Engines print the first digits of an id; a unique prefix is enough. */
static int complete_id(struct show_target *target, bool by_option,
		       const struct processes *processes, struct err *err)
{
	const char *id = target->id, *whole = NULL;

	if (target->whole)
		return processes_find_of(processes, id)
			       ? 0
			       : err_set(err, "container '%s' is not running",
					 id);
	for (size_t i = 0; i < processes->count; i++) {
		const char *other = processes->list[i].container;

		if (!other || !*id || strncmp(other, id, strlen(id)) != 0)
			continue;
		if (strcmp(other, id) == 0)
			return 0;
		if (whole && strcmp(whole, other) != 0)
			return err_set(err, "container id '%s' is ambiguous",
				       id);
		whole = other;
	}
	target->id = whole;
	if (whole)
		return 0;
	return by_option
		       ? err_set(err, "no running container '%s'", id)
		       : err_set(err,
				 "'%s' is not a PID, and no running container has this ID or name",
				 id);
}

/* Without a runtime's state any of its processes has its PID namespace. */
static void find_any(struct show_target *target,
		     const struct processes *processes)
{
	for (size_t i = 0; i < processes->count && !target->first; i++) {
		const struct process *process = &processes->list[i];

		if (process->container &&
		    strcmp(process->container, target->id) == 0)
			target->first = process->status.pid;
	}
}

void show_complete_targets(struct show_choice *choice,
			   const struct processes *processes,
			   struct err *problems)
{
	const struct show_options *options = choice->options;
	size_t left = 0;

	for (size_t i = 0; i < choice->targets_count; i++) {
		struct show_target target = choice->targets[i];
		struct err problem;

		if (!target.first && complete_id(&target, options->id != NULL,
						 processes, &problem) < 0) {
			verb_add_error(problems, &problem);
			continue;
		}
		if (options->all)
			find_any(&target, processes);
		choice->targets[left++] = target;
	}
	choice->targets_count = left;
}
