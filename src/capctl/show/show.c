/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capctl/out.h"
#include "capctl/process/containers.h"
#include "capctl/verb.h"

static void choice_free(struct show_choice *choice)
{
	containers_free(&choice->containers);
	free(choice->names);
}

static void show_free(struct show *show)
{
	processes_close(&show->processes);
	free(show->rows);
}

/*
 * A place that is not open to us leaves no more than the containers there with
 * a name of their own unknown.
 */
static int learn_names(struct show_choice *choice, struct err *err)
{
	struct containers *containers = &choice->containers;
	struct err problem = { 0 };
	size_t count = 0;

	if (containers_find(containers, NULL, NULL, &problem) < 0)
		*problem.text = '\0';
	choice->names = calloc(containers->count + 1, sizeof(*choice->names));
	if (!choice->names)
		return err_set(err, "out of memory");
	for (size_t i = 0; i < containers->count; i++)
		if (containers->list[i].id)
			choice->names[count++] = containers->list[i].id;
	if (choice->first)
		choice->names[count++] = choice->id;
	choice->known = (struct cgroup_names){ choice->names, count };
	return 0;
}

/* Why it is not known which process is the first. */
static int doubt(const struct containers *found, struct err *err)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct container *container = &found->list[i];

		if (*container->trouble.text) {
			*err = container->trouble;
			return -1;
		}
		if (container->hidden)
			return err_set(
				err,
				"process %d of container '%s' cannot be looked at in /proc",
				container->state.pid, container->id);
	}
	return 0;
}

/* A state that is there and dead is an answer; none is not yet one. */
static int find_first(struct show_choice *choice, struct err *err)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	const struct show_options *options = choice->options;
	int status = containers_find(&found, options->root, options->id, err);

	for (size_t i = 0; i < found.count && !choice->first; i++)
		if (found.list[i].runs)
			choice->first = (uint32_t)found.list[i].state.pid;
	if (choice->first)
		return 0;
	if (status < 0 || doubt(&found, err) < 0)
		return -1;
	if (found.count)
		return err_set(err, "container '%s' does not run", options->id);
	if (!options->root)
		return 0;
	return err_set(err, "no container '%s' in '%s'", options->id,
		       options->root);
}

/* Engines show the first digits of an id: they will do when one has them. */
static int complete_id(struct show_choice *choice,
		       const struct processes *processes, struct err *err)
{
	const char *id = choice->id, *whole = NULL;

	for (size_t i = 0; i < processes->count; i++) {
		const char *other = processes->list[i].container;

		if (!other || strncmp(other, id, strlen(id)) != 0)
			continue;
		if (strcmp(other, id) == 0)
			return 0;
		if (whole && strcmp(whole, other) != 0)
			return err_set(err,
				       "more than one container's id "
				       "begins with '%s'",
				       id);
		whole = other;
	}
	if (!whole)
		return err_set(err, "no container '%s' runs here", id);
	choice->id = whole;
	return 0;
}

static int by_place(const void *one, const void *other)
{
	const struct show_row *a = one, *b = other;

	return (a->process > b->process) - (a->process < b->process);
}

static void flatten(struct show *show)
{
	qsort(show->rows, show->count, sizeof(*show->rows), by_place);
	for (size_t i = 0; i < show->count; i++)
		show->rows[i].depth = 0;
}

static uint32_t read_pid(const char *word)
{
	char *end;
	unsigned long number;

	if (strcmp(word, SHOW_OWN) == 0)
		return (uint32_t)getpid();
	if (*word < '1' || *word > '9')
		return 0;
	number = strtoul(word, &end, 10);
	return *end || number > INT32_MAX ? 0 : (uint32_t)number;
}

/* In the order in which they were asked for. */
static int add_pids(struct show *show, const struct show_choice *choice,
		    struct err *err)
{
	for (char **word = choice->options->pids; *word; word++) {
		uint32_t pid = read_pid(*word);

		if (!show_find(&show->processes, pid) &&
		    processes_add(&show->processes, pid, err) < 0)
			return -1;
	}
	return 0;
}

static int look(struct show *show, struct show_choice *choice, struct err *err)
{
	const struct show_options *options = choice->options;
	bool walks = choice->mode != SHOW_PIDS || options->tree;

	if (options->id && find_first(choice, err) < 0)
		return -1;
	if (access("/proc/self", F_OK) < 0)
		return err_set(err, "'/proc' has no processes: mount it");
	if (learn_names(choice, err) < 0 ||
	    processes_open(&show->processes, "/proc", &choice->known, err) < 0)
		return -1;
	if (walks && processes_add_all(&show->processes, err) < 0)
		return -1;
	if (add_pids(show, choice, err) < 0)
		return -1;
	if (options->id && !choice->first &&
	    complete_id(choice, &show->processes, err) < 0)
		return -1;
	if (show_choose(show, choice, err) < 0)
		return -1;
	if (options->id && !show->count)
		return err_set(err, "container '%s' does not run", options->id);
	if (!options->tree)
		flatten(show);
	return 0;
}

static void print(const struct show *show, const struct show_choice *choice)
{
	if (choice->options->json)
		show_print_json(show);
	else if (choice->mode == SHOW_PIDS && !choice->options->tree)
		show_print_blocks(show);
	else
		show_print_table(show);
	if (!show->count && choice->mode == SHOW_CONTAINERS &&
	    !choice->options->json)
		out_line(OUT_PLAIN,
			 "no process of a container is seen here: 'capctl "
			 "show --all' shows the others");
}

/* What could not be looked at, after what could. */
static int complain(const struct processes *processes, struct err *err)
{
	const struct process_error *first = processes->troubles;
	char more[48] = "";

	if (!processes->troubles_count)
		return 0;
	if (processes->troubles_count > 1)
		snprintf(more, sizeof(more), " (and %zu more)",
			 processes->troubles_count - 1);
	if (first->pid == 1 && first->number == EACCES)
		return err_set(err, "the processes of others are hidden from "
				    "us: call it as root");
	return err_set(err, "process %u: %s%s", first->pid,
		       processes_reason(first), more);
}

static int check_options(const struct show_options *options, struct err *err)
{
	if (!!*options->pids + !!options->id + options->all > 1)
		return verb_misuse(err, "show",
				   "wants PIDs, '--id' or "
				   "'--all', and no two of them");
	if (options->root && !options->id)
		return verb_misuse(err, "show", "'--root' goes with '--id'");
	if (options->id && !*options->id)
		return verb_misuse(err, "show", "an empty id");
	for (char **word = options->pids; *word; word++)
		if (!read_pid(*word))
			return verb_misuse(err, "show", "'%s' is no pid",
					   *word);
	return 0;
}

static enum show_mode mode_of(const struct show_options *options)
{
	if (*options->pids)
		return SHOW_PIDS;
	if (options->id)
		return SHOW_ID;
	return options->all ? SHOW_ALL : SHOW_CONTAINERS;
}

static int show(const struct show_options *options, struct err *err)
{
	struct show show __attribute__((cleanup(show_free))) = {
		.processes = { .proc = -1 },
	};
	struct show_choice choice __attribute__((cleanup(choice_free))) = {
		.options = options,
		.mode = mode_of(options),
		.id = options->id,
	};

	if (look(&show, &choice, err) < 0)
		return -1;
	print(&show, &choice);
	return complain(&show.processes, err);
}

enum verb_status verb_show(int argc, char **argv, struct err *err)
{
	struct show_options options = { 0 };
	const struct verb_option known[] = {
		{ "all", &options.all, NULL },
		{ "tree", &options.tree, NULL },
		{ "json", &options.json, NULL },
		{ "id", NULL, &options.id },
		{ "root", NULL, &options.root },
	};
	int first = verb_parse(argc, argv, known, ARRAY_LEN(known), err);

	if (first < 0)
		return VERB_TROUBLE;
	options.pids = argv + first;
	if (check_options(&options, err) < 0 || show(&options, err) < 0)
		return VERB_TROUBLE;
	return VERB_GOOD;
}
