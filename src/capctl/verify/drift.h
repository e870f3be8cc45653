/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares what a container holds with what it was granted, and with what the
 * current policy would grant. Facts in, findings out; read.c reads the facts,
 * print.c prints the findings.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H
#define CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H

#include "caps/set.h"

enum drift_finding {
	DRIFT_LOST, /* granted, not held */
	DRIFT_MORE, /* held, not granted */
	DRIFT_REVOKED, /* granted, not by the current policy */
	DRIFT_PENDING, /* only the current policy grants it */
	DRIFT_OTHERWISE, /* the current policy changes something else */
	DRIFT_PRIVILEGES, /* no_new_privs requested, not set */
	DRIFT_COUNT
};

/* What a process is granted, holds or would be granted. */
struct drift_state {
	struct capsets sets;
	bool no_new_privileges;
};

struct drift_facts {
	struct drift_state given; /* in config.json */
	struct drift_state today; /* a create would write it now */
	bool starts_as_root; /* user 0 in config.json */
	bool running; /* else `held` is empty */
	bool file_adds_nothing; /* the program's file, at execve */
	struct drift_state held; /* any thread of the first process */
};

struct drift {
	bool found[DRIFT_COUNT];
	capmask names
		[DRIFT_COUNT]; /* the capabilities concerned; may be none */
};

/* A container that does not run holds nothing: no finding. */
struct drift drift_make(const struct drift_facts *facts);

/* Does the current policy make a difference? */
bool drift_is_of_today(const struct drift *drift);
/* Removes the findings that rest on it. */
void drift_forget_today(struct drift *drift);

/* The code in JSON and in the table: "lost" … */
const char *drift_word(enum drift_finding finding);
/* Its meaning and the remedy. */
const char *drift_text(enum drift_finding finding);

#endif
