/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/tally.h"

#include <errno.h>
#include <linux/capability.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A system call that checks more often is joined by the last of them. */
#define CHECKS_MAX 32

/* The kernel's include/linux/security.h */
#define OPTION_NOAUDIT (1 << 1)

/* Results of interrupted calls that user space never sees: linux/errno.h */
#define RESTART_FIRST 512
#define RESTART_LAST 516
#define ERRNO_MAX 4095

struct check {
	unsigned int cap;
	uint64_t time;
	bool answered; /* a probe's return is a record of its own */
	bool granted;
	bool quiet;
	enum learn_reason reason;
};

struct task {
	int32_t pid;
	struct learn_tally *tally; /* where it counts */
	bool started; /* the program's own execve succeeded */
	int64_t call; /* -1: in none */
	char program[LEARN_NAME_SIZE];
	struct check checks[CHECKS_MAX]; /* of `call`, or of no call */
	size_t count;
};

const char *learn_noise_word(enum learn_noise noise)
{
	static const char *const words[LEARN_NOISE_COUNT] = {
		[LEARN_SETUP] = "setup",
		[LEARN_ACCOUNTING] = "memory",
		[LEARN_LOOK] = "proc",
		[LEARN_OTHERS] = "other_credentials",
		[LEARN_WISH] = "quiet",
		[LEARN_IN_VAIN] = "succeeded",
		[LEARN_OTHER_ERROR] = "other_error",
		[LEARN_WIDER] = "wider",
		[LEARN_UNJOINED] = "unjoined",
	};

	return words[noise];
}

const char *learn_noise_text(enum learn_noise noise)
{
	static const char *const texts[LEARN_NOISE_COUNT] = {
		[LEARN_SETUP] = "before the program's start",
		[LEARN_ACCOUNTING] = "memory accounting",
		[LEARN_LOOK] = "a look at other processes in /proc",
		[LEARN_OTHERS] = "other credentials",
		[LEARN_WISH] = "a quiet check",
		[LEARN_IN_VAIN] = "refused, but the call succeeded",
		[LEARN_OTHER_ERROR] = "refused, but the call failed otherwise",
		[LEARN_WIDER] = "instead of a narrower one",
		[LEARN_UNJOINED] = "the call did not end",
	};

	return texts[noise];
}

static int compare_tasks(const void *a, const void *b)
{
	int32_t one = ((const struct task *)a)->pid;
	int32_t other = ((const struct task *)b)->pid;

	return (one > other) - (one < other);
}

static void **tasks_of(struct learn_tally *tally)
{
	return tally->main ? &tally->main->tasks : &tally->tasks;
}

static struct task *find_task(const struct learn_tally *tally, int32_t pid)
{
	struct task key = { .pid = pid };
	void *tasks = tally->main ? tally->main->tasks : tally->tasks;
	void *found = tfind(&key, &tasks, compare_tasks);

	return found ? *(struct task **)found : NULL;
}

int learn_tally_watch(struct learn_tally *tally, int32_t pid,
		      const char *program, bool started, struct err *err)
{
	struct task *task = find_task(tally, pid);

	if (!task) {
		task = calloc(1, sizeof(*task));
		if (!task)
			return err_set_no_memory(err);
		task->pid = pid;
		if (!tsearch(task, tasks_of(tally), compare_tasks)) {
			free(task);
			return err_set_no_memory(err);
		}
	}
	task->tally = tally;
	task->started = started;
	task->call = -1;
	task->count = 0;
	snprintf(task->program, sizeof(task->program), "%s", program);
	return 0;
}

bool learn_tally_knows(const struct learn_tally *tally, int32_t pid)
{
	return find_task(tally, pid) != NULL;
}

static void note_first(struct learn_first *first, const struct task *task,
		       int error)
{
	memcpy(first->program, task->program, sizeof(first->program));
	first->call = task->call;
	first->error = error;
}

/* Was one refused that is not needed, as a narrower one would be enough? */
static bool is_wider(const struct task *task, size_t at)
{
	static const unsigned int pairs[][2] = {
		{ CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE },
		{ CAP_SYSLOG, CAP_SYS_ADMIN },
		{ CAP_PERFMON, CAP_SYS_ADMIN },
		{ CAP_BPF, CAP_SYS_ADMIN },
		{ CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN },
	};
	const struct check *check = &task->checks[at];
	const struct check *before = at ? check - 1 : NULL;

	if (check->granted || !before || !before->answered || before->granted)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (before->cap == pairs[i][0] && check->cap == pairs[i][1])
			return true;
	return false;
}

/* Errors that no refused capability causes. */
static bool is_other_error(int error)
{
	return error == ENOENT || error == ENOTTY || error == EEXIST ||
	       error == EINTR || error == EINPROGRESS ||
	       (error >= RESTART_FIRST && error <= RESTART_LAST);
}

static enum learn_noise noise_of_reason(const struct check *check)
{
	switch (check->reason) {
	case LEARN_MEMORY:
		return LEARN_ACCOUNTING;
	case LEARN_PROC:
		return LEARN_LOOK;
	case LEARN_FOREIGN:
		return LEARN_OTHERS;
	case LEARN_QUIET:
		return LEARN_WISH;
	case LEARN_PLAIN:
		return check->quiet ? LEARN_WISH : LEARN_NOISE_COUNT;
	case LEARN_DECISIVE:
	default:
		return LEARN_NOISE_COUNT;
	}
}

/* LEARN_NOISE_COUNT: none, it counts. `error` -1: the result is unknown. */
static enum learn_noise classify(const struct task *task, size_t at, int error)
{
	const struct check *check = &task->checks[at];
	enum learn_noise noise;

	if (!task->started)
		return LEARN_SETUP;
	if (!check->answered)
		return LEARN_UNJOINED;
	noise = noise_of_reason(check);
	if (noise != LEARN_NOISE_COUNT)
		return noise;
	if (is_wider(task, at))
		return LEARN_WIDER;
	if (check->granted)
		return LEARN_NOISE_COUNT;
	if (error < 0)
		return LEARN_UNJOINED;
	if (!error)
		return LEARN_IN_VAIN;
	return is_other_error(error) ? LEARN_OTHER_ERROR : LEARN_NOISE_COUNT;
}

static void count_check(const struct task *task, size_t at, int error)
{
	const struct check *check = &task->checks[at];
	struct learn_tally *tally = task->tally;
	struct learn_need *need = &tally->need[check->cap];
	enum learn_noise noise = classify(task, at, error);

	tally->unanswered += !check->answered && error >= 0;
	if (noise != LEARN_NOISE_COUNT) {
		need->noise[noise]++;
		return;
	}
	need->last = check->time;
	if (check->granted) {
		if (!need->granted++)
			note_first(&need->used, task, error > 0 ? error : 0);
	} else if (!need->refused++) {
		note_first(&need->lacked, task, error);
	}
}

static void count_checks(struct task *task, int error)
{
	for (size_t i = 0; i < task->count; i++)
		count_check(task, i, error);
	task->count = 0;
}

/* Counts the first ones if there is no room. Their order stays. */
static void add_check(struct task *task, const struct learn_record *record)
{
	struct check check = { .cap = (unsigned int)record->number,
			       .time = record->time };

	if (record->number < 0 || record->number >= LEARN_CAPS_MAX)
		return;
	if (task->count == CHECKS_MAX) {
		count_check(task, 0, -1);
		memmove(task->checks, task->checks + 1,
			(CHECKS_MAX - 1) * sizeof(check));
		task->count--;
	}
	if (record->kind == LEARN_CHECK) {
		check.answered = true;
		check.granted = record->value == 0;
	} else {
		check.quiet = record->value & OPTION_NOAUDIT;
	}
	task->checks[task->count++] = check;
}

static void add_to_last(struct task *task, const struct learn_record *record)
{
	struct check *last =
		task->count ? &task->checks[task->count - 1] : NULL;

	if (!last)
		return;
	if (record->kind == LEARN_STACK) {
		last->reason = record->reason;
	} else if (!last->answered) {
		last->answered = true;
		last->granted = record->value == 0;
	}
}

static void leave_call(struct task *task, const struct learn_record *record)
{
	int64_t result = record->value;

	/* Its beginning is not in the records. */
	if (task->call < 0)
		task->call = record->number;
	count_checks(task,
		     result < 0 && result >= -ERRNO_MAX ? (int)-result : 0);
	task->call = -1;
}

/*
 * What the kernel checks before this point of an execve that succeeds was
 * granted or not needed; for the program's own one it is part of the set-up.
 */
static void start_program(struct task *task, const struct learn_record *record)
{
	count_checks(task, 0);
	task->started = true;
	task->tally->executed = true;
	memcpy(task->program, record->name, sizeof(task->program));
}

static void remove_task(struct task *task)
{
	count_checks(task, -1);
	tdelete(task, tasks_of(task->tally), compare_tasks);
	free(task);
}

/* A thread that is not the first executes: it goes on as the first one. */
static struct task *take_over(struct learn_tally *tally, struct task *task,
			      const struct learn_record *record)
{
	struct task *before = find_task(tally, (int32_t)record->number);

	if (!before || before == task)
		return task;
	count_checks(before, 0);
	task->started |= before->started;
	task->call = before->call;
	remove_task(before);
	return task;
}

int learn_tally_add(struct learn_tally *tally,
		    const struct learn_record *record, struct err *err)
{
	struct task *task = find_task(tally, record->pid);

	if (!task)
		return 0;
	switch (record->kind) {
	case LEARN_CHECK:
	case LEARN_ASK:
		add_check(task, record);
		break;
	case LEARN_ANSWER:
	case LEARN_STACK:
		add_to_last(task, record);
		break;
	case LEARN_ENTER:
		count_checks(task, -1);
		task->call = record->number;
		break;
	case LEARN_EXIT:
		leave_call(task, record);
		break;
	case LEARN_EXEC:
		task = take_over(tally, task, record);
		start_program(task, record);
		break;
	case LEARN_FORK:
		return learn_tally_watch(task->tally, (int32_t)record->number,
					 task->program, task->started, err);
	case LEARN_END:
		remove_task(task);
		break;
	case LEARN_KIND_COUNT:
	default:
		break;
	}
	return 0;
}

void learn_tally_end(struct learn_tally *tally)
{
	while (tally->tasks)
		remove_task(*(struct task **)tally->tasks);
}

void learn_tally_free(struct learn_tally *tally)
{
	learn_tally_end(tally);
}

capmask learn_tally_needs(const struct learn_tally *tally)
{
	capmask mask = 0;

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++)
		if (tally->need[i].granted || tally->need[i].refused)
			mask |= UINT64_C(1) << i;
	return mask;
}

capmask learn_tally_lacks(const struct learn_tally *tally)
{
	capmask mask = 0;

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++)
		if (tally->need[i].refused)
			mask |= UINT64_C(1) << i;
	return mask;
}
