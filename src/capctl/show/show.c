/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "capctl/out.h"
#include "capctl/process/containers.h"
#include "capctl/verb.h"

const char *show_seccomp(const struct procstatus *status)
{
	static const char *const words[] = { "none", "strict", "filter" };

	if (!(status->have >> PROCSTATUS_SECCOMP & 1))
		return NULL;
	return words[status->seccomp];
}

int show_securebits(const struct process *process)
{
	if (process->status.pid != (uint32_t)getpid())
		return -1;
	return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
}

const char *show_securebit_name(size_t bit)
{
	static const char *const names[SHOW_SECUREBITS] = {
		"noroot",
		"noroot_locked",
		"no_setuid_fixup",
		"no_setuid_fixup_locked",
		"keep_caps",
		"keep_caps_locked",
		"no_cap_ambient_raise",
		"no_cap_ambient_raise_locked",
		"exec_restrict_file",
		"exec_restrict_file_locked",
		"exec_deny_interactive",
		"exec_deny_interactive_locked",
	};

	return names[bit];
}

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
 * Errors are ignored: an unreadable state directory only means that containers
 * with ids other than 64 hexadecimal digits are not recognised.
 */
static int collect_names(struct show_choice *choice, struct err *err)
{
	struct containers *containers = &choice->containers;
	struct err problem = { 0 };
	size_t count = 0;

	if (containers_find(containers, choice->options->root, NULL, &problem) <
	    0)
		*problem.text = '\0';
	choice->names = calloc(containers->count + 1, sizeof(*choice->names));
	if (!choice->names)
		return err_set_no_memory(err);
	for (size_t i = 0; i < containers->count; i++)
		if (containers->list[i].id)
			choice->names[count++] = containers->list[i].id;
	if (choice->first)
		choice->names[count++] = choice->id;
	choice->known = (struct cgroup_names){ choice->names, count };
	return 0;
}

/* Fails if it is unknown whether one of them is running. */
static int require_known(const struct containers *found, struct err *err)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct container *container = &found->list[i];

		if (*container->error.text) {
			*err = container->error;
			return -1;
		}
		if (container->hidden)
			return err_set(
				err,
				"cannot read process %d of container '%s' in /proc",
				container->state.pid, container->id);
	}
	return 0;
}

/*
 * Without a state file the container may still be found by its cgroup; a state
 * file of a dead container is an error.
 */
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
	if (status < 0 || require_known(&found, err) < 0)
		return -1;
	if (found.count)
		return err_set(err, "container '%s' is not running",
			       options->id);
	if (!options->root)
		return 0;
	return err_set(err, "no container '%s' in '%s'", options->id,
		       options->root);
}

/* Engines print the first digits of an id; a unique prefix is enough. */
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
			return err_set(err, "container id '%s' is ambiguous",
				       id);
		whole = other;
	}
	if (!whole)
		return err_set(err, "no running container '%s'", id);
	choice->id = whole;
	return 0;
}

/* Without a runtime's state any of its processes has its PID namespace. */
static void find_any(struct show_choice *choice,
		     const struct processes *processes)
{
	for (size_t i = 0; i < processes->count && !choice->first; i++) {
		const struct process *process = &processes->list[i];

		if (process->container &&
		    strcmp(process->container, choice->id) == 0)
			choice->first = process->status.pid;
	}
}

static int by_place(const void *one, const void *other)
{
	const struct show_row *a = one, *b = other;

	return (a->process > b->process) - (a->process < b->process);
}

static void flatten_rows(struct show *show)
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

/* In the order of the operands. */
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

static int read_processes(struct show *show, struct show_choice *choice,
			  struct err *err)
{
	const struct show_options *options = choice->options;
	bool walks = choice->mode != SHOW_PIDS || options->tree;

	if (options->id && find_first(choice, err) < 0)
		return -1;
	if (access("/proc/self", F_OK) < 0)
		return err_set(err,
			       "'/proc' has no processes: mount procfs on it");
	if (collect_names(choice, err) < 0 ||
	    processes_open(&show->processes, "/proc", PROCESSES_CGROUPS,
			   &choice->known, err) < 0)
		return -1;
	if (walks && processes_add_all(&show->processes, err) < 0)
		return -1;
	if (add_pids(show, choice, err) < 0)
		return -1;
	if (options->id && !choice->first &&
	    complete_id(choice, &show->processes, err) < 0)
		return -1;
	if (options->id && options->all)
		find_any(choice, &show->processes);
	if (show_choose(show, choice, err) < 0)
		return -1;
	if (options->id && !show->count)
		return err_set(err, "container '%s' is not running",
			       options->id);
	if (!options->tree)
		flatten_rows(show);
	return 0;
}

static void print_show(const struct show *show,
		       const struct show_choice *choice)
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
			 "no processes of containers found: 'capctl show "
			 "--all' lists all processes");
}

/* Reports the first process that could not be read. */
static int report_errors(const struct processes *processes, struct err *err)
{
	const struct process_error *first = processes->errors;
	char more[48] = "";

	if (!processes->errors_count)
		return 0;
	if (processes->errors_count > 1)
		snprintf(more, sizeof(more), " (and %zu more)",
			 processes->errors_count - 1);
	if (first->pid == 1 && first->number == EACCES)
		return err_set(err, "the processes of other users are hidden "
				    "(hidepid): run capctl as root");
	return err_set(err, "process %u: %s%s", first->pid,
		       processes_reason(first), more);
}

static int check_show_options(const struct show_options *options,
			      struct err *err)
{
	if (*options->pids && (options->id || options->all))
		return verb_misuse(err, "show",
				   "PIDs exclude '--id' and '--all'");
	if (options->root && !options->id)
		return verb_misuse(err, "show", "'--root' requires '--id'");
	if (options->id && !*options->id)
		return verb_misuse(err, "show", "the value of '--id' is empty");
	for (char **word = options->pids; *word; word++)
		if (!read_pid(*word))
			return verb_misuse(err, "show", "'%s' is not a PID",
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
		.processes = PROCESSES_INIT,
	};
	struct show_choice choice __attribute__((cleanup(choice_free))) = {
		.options = options,
		.mode = mode_of(options),
		.id = options->id,
	};

	if (read_processes(&show, &choice, err) < 0)
		return -1;
	print_show(&show, &choice);
	return report_errors(&show.processes, err);
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
		return VERB_ERROR;
	options.pids = argv + first;
	if (check_show_options(&options, err) < 0 || show(&options, err) < 0)
		return VERB_ERROR;
	return VERB_GOOD;
}
