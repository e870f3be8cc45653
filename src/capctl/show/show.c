/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "capctl/out.h"
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

const struct who *show_who(const struct show *show,
			   const struct process *process)
{
	return process->container
		       ? census_find(show->census, process->container)
		       : NULL;
}

static void choice_free(struct show_choice *choice)
{
	census_free(&choice->census);
	free(choice->names);
	free(choice->targets);
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
	const struct containers *containers = &choice->census.containers;

	if (census_take(&choice->census, choice->options->root, NULL,
			&choice->census_failure) == 0)
		choice->census_failure = (struct err){ 0 };
	choice->names = containers_ids(containers);
	if (!choice->names)
		return err_set_no_memory(err);
	choice->known =
		(struct cgroup_names){ choice->names, containers->count };
	return 0;
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
	for (char **word = choice->options->words; *word; word++) {
		uint32_t pid = read_pid(*word);

		if (!show_find(&show->processes, pid) &&
		    processes_add(&show->processes, pid, err) < 0)
			return -1;
	}
	return 0;
}

static int read_proc(struct show *show, struct show_choice *choice,
		     struct err *err)
{
	bool walks = choice->mode != SHOW_PIDS || choice->options->tree;

	if (access("/proc/self", F_OK) < 0)
		return err_set(err,
			       "'/proc' has no processes: mount procfs on it");
	if (processes_open(&show->processes, "/proc", PROCESSES_CGROUPS,
			   &choice->known, err) < 0)
		return -1;
	if (walks && processes_add_all(&show->processes, err) < 0)
		return -1;
	return choice->mode == SHOW_PIDS ? add_pids(show, choice, err) : 0;
}

/* `problems`: those of words that mean no container. */
static int read_processes(struct show *show, struct show_choice *choice,
			  struct err *problems, struct err *err)
{
	bool by_target = choice->mode == SHOW_TARGETS;

	if (collect_names(choice, err) < 0)
		return -1;
	if (by_target && show_find_targets(choice, problems, err) < 0)
		return -1;
	if (by_target && !choice->targets_count)
		return 0;
	if (read_proc(show, choice, err) < 0)
		return -1;
	if (by_target)
		show_complete_targets(choice, &show->processes, problems);
	if (show_choose(show, choice, err) < 0)
		return -1;
	if (by_target && !show->count && !*problems->text)
		err_set(problems, "container '%s' is not running",
			choice->targets[0].id);
	if (!choice->options->tree)
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
	bool has_words = *options->words != NULL;

	if (has_words && options->id)
		return verb_misuse(err, "show", "operands exclude '--id'");
	if (options->by_pid && options->all)
		return verb_misuse(err, "show", "PIDs exclude '--all'");
	if (options->root && !options->id && (options->by_pid || !has_words))
		return verb_misuse(err, "show",
				   "'--root' requires '--id' or a container");
	if (options->id && !*options->id)
		return verb_misuse(err, "show", "the value of '--id' is empty");
	for (char **word = options->words; *word; word++)
		if (options->by_pid != (read_pid(*word) != 0))
			return verb_misuse(
				err, "show",
				"'%s': PIDs and containers exclude each other",
				*word);
	return 0;
}

static enum show_mode mode_of(const struct show_options *options)
{
	if (options->by_pid)
		return SHOW_PIDS;
	if (options->id || *options->words)
		return SHOW_TARGETS;
	return options->all ? SHOW_ALL : SHOW_CONTAINERS;
}

static int show(const struct show_options *options, struct err *err)
{
	struct show_choice choice __attribute__((cleanup(choice_free))) = {
		.options = options,
		.mode = mode_of(options),
	};
	struct show show __attribute__((cleanup(show_free))) = {
		.processes = PROCESSES_INIT,
		.census = &choice.census,
	};
	struct err problems = { 0 };

	if (read_processes(&show, &choice, &problems, err) < 0)
		return -1;
	if (choice.mode != SHOW_TARGETS || show.count)
		print_show(&show, &choice);
	if (report_errors(&show.processes, err) < 0)
		verb_add_error(&problems, err);
	*err = problems;
	return *problems.text ? -1 : 0;
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
	options.words = argv + first;
	options.by_pid = argv[first] && read_pid(argv[first]);
	if (check_show_options(&options, err) < 0 || show(&options, err) < 0)
		return VERB_ERROR;
	return VERB_GOOD;
}
