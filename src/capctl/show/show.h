/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl show': target.c finds the containers, show.c reads the processes,
 * choose.c selects and orders them, print.c prints text and json.c JSON.
 */
#ifndef CAPRUNTIME_CAPCTL_SHOW_SHOW_H
#define CAPRUNTIME_CAPCTL_SHOW_SHOW_H

#include "capctl/container/census.h"
#include "capctl/process/processes.h"

#define SHOW_OWN "self" /* operand for capctl itself */

enum show_mode { SHOW_PIDS, SHOW_TARGETS, SHOW_ALL, SHOW_CONTAINERS };

struct show_options {
	bool all, tree, json;
	const char *id, *root;
	char **words; /* PIDs or containers */
	bool by_pid; /* the words are PIDs */
};

/* A container whose processes are wanted. */
struct show_target {
	const char *id; /* lent */
	uint32_t first; /* its first process; 0: not in a state, or ended */
	bool whole; /* `id` is not only its first digits */
};

/* Which processes to show. */
struct show_choice {
	const struct show_options *options;
	enum show_mode mode;
	struct census census;
	struct err census_failure; /* "": none */
	const char **names; /* cgroups may be named after their ids */
	struct cgroup_names known;
	struct show_target *targets;
	size_t targets_count;
	size_t targets_size;
};

struct show_row {
	const struct process *process;
	size_t depth; /* 0 without --tree */
};

struct show {
	struct processes processes;
	struct show_row *rows;
	size_t count;
	const struct census *census; /* who is in a container */
	size_t left_out; /* zombies, and without capabilities to hold or gain */
};

/*
 * The containers that the words or --id mean. Errors are added to `problems`.
 * -1: out of memory.
 */
int show_find_targets(struct show_choice *choice, struct err *problems,
		      struct err *err) MUST_CHECK;
/*
 * After the processes were read: completes the targets that no runtime's state
 * has, and removes those that are not running.
 */
void show_complete_targets(struct show_choice *choice,
			   const struct processes *processes,
			   struct err *problems);

/* NULL: not found. */
const struct process *show_find(const struct processes *processes,
				uint32_t pid);

/* Who is the container of the process? NULL: not known. */
const struct who *show_who(const struct show *show,
			   const struct process *process);

/*
 * Selects the rows: parents before children; the depth is the number of
 * selected ancestors. Needs all processes, except for SHOW_PIDS.
 */
int show_choose(struct show *show, const struct show_choice *choice,
		struct err *err) MUST_CHECK;

/* "none", "strict", "filter"; NULL: a kernel without seccomp. */
const char *show_seccomp(const struct procstatus *status);

/* -1: of another process; prctl(2) returns only those of the caller. */
#define SHOW_SECUREBITS 12
int show_securebits(const struct process *process);
const char *show_securebit_name(size_t bit);

void show_print_blocks(const struct show *show);
void show_print_table(const struct show *show);
void show_print_json(const struct show *show);

#endif
