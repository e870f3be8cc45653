/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 'capctl show' found, on its way from show.c, which looks, over
 * show_choose.c to people (show_print.c) and programs (show_json.c).
 */
#ifndef CAPRUNTIME_CAPCTL_SHOW_SHOW_H
#define CAPRUNTIME_CAPCTL_SHOW_SHOW_H

#include "capctl/process/containers.h"
#include "capctl/process/processes.h"

#define SHOW_OWN "self" /* as operand: capctl itself */

enum show_mode { SHOW_PIDS, SHOW_ID, SHOW_ALL, SHOW_CONTAINERS };

struct show_options {
	bool all, tree, json;
	const char *id, *root;
	char **pids;
};

/* What is looked for, and what helps to recognise it. */
struct show_choice {
	const struct show_options *options;
	enum show_mode mode;
	struct containers containers; /* whose names cgroups may have */
	const char **names;
	struct cgroup_names known;
	const char *id; /* of the container wanted; whole in the end */
	uint32_t first; /* its first process; 0: no runtime's state tells */
};

struct show_row {
	const struct process *process;
	size_t depth; /* in a tree; else 0 */
};

struct show {
	struct processes processes;
	struct show_row *rows;
	size_t count;
	size_t left_out; /* dead, or nothing held and nothing to gain */
};

/* NULL: it is not among them. */
const struct process *show_find(const struct processes *processes,
				uint32_t pid);

/*
 * Makes the rows of what was found: parents before children, each as deep as
 * it has chosen ones above it. All processes must be there, but for SHOW_PIDS.
 */
int show_choose(struct show *show, const struct show_choice *choice,
		struct err *err) MUST_CHECK;

/* "none", "strict", "filter"; NULL: the kernel knows no seccomp. */
const char *show_seccomp(const struct procstatus *status);

/* prctl(2) PR_GET_SECUREBITS tells our own alone; -1: of another process. */
#define SHOW_SECUREBITS 12
int show_securebits(const struct process *process);
const char *show_securebit_name(size_t bit);

void show_print_blocks(const struct show *show);
void show_print_table(const struct show *show);
void show_print_json(const struct show *show);

#endif
