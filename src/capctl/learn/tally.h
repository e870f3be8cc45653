/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What do the records say that a program needs? Joins each check of a
 * capability to the system call that asked, and counts. Pure: records in,
 * numbers out, so that recorded ones can be used in tests.
 *
 * A check that was refused counts as a need only if its call then failed, and
 * with an error that a refusal can cause. See "Classes" in capctl(8).
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_TALLY_H
#define CAPRUNTIME_CAPCTL_LEARN_TALLY_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/record.h"
#include "caps/set.h"

#define LEARN_CAPS_MAX 64

/* Why a check says nothing about what the program needs. */
enum learn_noise {
	LEARN_SETUP, /* before the program's own execve */
	LEARN_ACCOUNTING, /* of memory */
	LEARN_LOOK, /* at another process in /proc */
	LEARN_OTHERS, /* other credentials than the program's */
	LEARN_WISH, /* a quiet check */
	LEARN_IN_VAIN, /* refused, and the call succeeded */
	LEARN_OTHER_ERROR, /* refused, and the call failed otherwise */
	LEARN_WIDER, /* refused after a narrower one, which would be enough */
	LEARN_UNJOINED, /* no result of a call is known */
	LEARN_NOISE_COUNT
};

/* "setup", "memory" …: the words of the JSON. */
const char *learn_noise_word(enum learn_noise noise);
/* "before the program's start" …, for people. */
const char *learn_noise_text(enum learn_noise noise);

/* The first time that something was needed. */
struct learn_first {
	char program[LEARN_NAME_SIZE];
	int64_t call; /* -1: in no system call */
	int error; /* errno value; 0: the call succeeded */
};

struct learn_need {
	uint64_t granted;
	uint64_t refused; /* and the call failed */
	uint64_t noise[LEARN_NOISE_COUNT];
	struct learn_first used; /* if granted > 0 */
	struct learn_first lacked; /* if refused > 0 */
	uint64_t last; /* the time of the last one of these; 0: none */
};

/* Stays where it is while it watches a task. */
struct learn_tally {
	struct learn_need need[LEARN_CAPS_MAX];
	uint64_t unanswered; /* the probe's return was missed */
	bool executed; /* a program, while it was recorded */
	void *tasks; /* tsearch(3) */
	/*
	 * For several that one recorder records: which has the tasks of all, and is
	 * given the records. NULL: itself.
	 */
	struct learn_tally *main;
};

#define CLEANUP_TALLY __attribute__((cleanup(learn_tally_free)))

/*
 * A task that was there before the records began, and whose program runs
 * (`started`) or is still to be executed. The records name its descendants.
 */
int learn_tally_watch(struct learn_tally *tally, int32_t pid,
		      const char *program, bool started,
		      struct err *err) MUST_CHECK;

bool learn_tally_knows(const struct learn_tally *tally, int32_t pid);

/*
 * In the order of time. Each counts in the tally that watches its task; records
 * of other tasks are ignored.
 */
int learn_tally_add(struct learn_tally *tally,
		    const struct learn_record *record,
		    struct err *err) MUST_CHECK;

/* No more records: what is still open is counted as unjoined. */
void learn_tally_end(struct learn_tally *tally);
void learn_tally_free(struct learn_tally *tally);

/* Used or lacking, and lacking alone. */
capmask learn_tally_needs(const struct learn_tally *tally);
capmask learn_tally_lacks(const struct learn_tally *tally);

#endif
