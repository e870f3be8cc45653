/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a running container hold what was decided for it, and does today's
 * policy still say so? Facts in, findings out; verify.c looks and prints.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H
#define CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H

#include "caps/set.h"

enum drift_finding {
	DRIFT_LOST, /* was given, is not held */
	DRIFT_MORE, /* is held, was not given */
	DRIFT_REVOKED, /* is held, today's policy does not raise it */
	DRIFT_PENDING, /* today's policy would raise it */
	DRIFT_OTHERWISE, /* today's policy decides another change */
	DRIFT_PRIVILEGES, /* no_new_privs was given, is not set */
	DRIFT_COUNT
};

/* What a process is given, holds or would be given. */
struct drift_state {
	struct capsets sets;
	bool no_new_privileges;
};

struct drift_facts {
	struct drift_state given; /* config.json as it stands */
	struct drift_state today; /* what a create now would write */
	bool running; /* else `held` says nothing */
	struct drift_state held; /* by the container's first process */
};

struct drift {
	bool found[DRIFT_COUNT];
	capmask names[DRIFT_COUNT]; /* where it is about some */
};

struct drift drift_make(const struct drift_facts *facts);

/* "lost" …: for programs. */
const char *drift_word(enum drift_finding finding);
/* What it means and what to do, for people. */
const char *drift_text(enum drift_finding finding);

#endif
