/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a running container hold what was decided for it, and does today's
 * policy still say so? Facts in, findings out; verify.c looks and prints.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H
#define CAPRUNTIME_CAPCTL_VERIFY_DRIFT_H

#include "caps/set.h"

enum verification_finding {
	VERIFICATION_LOST, /* was given, is not held */
	VERIFICATION_MORE, /* is held, was not given */
	VERIFICATION_REVOKED, /* is held, today's policy does not raise it */
	VERIFICATION_PENDING, /* today's policy would raise it */
	VERIFICATION_OTHERWISE, /* today's policy decides another change */
	VERIFICATION_PRIVILEGES, /* no_new_privs was given, is not set */
	VERIFICATION_COUNT
};

/* What a process is given, holds or would be given. */
struct verification_state {
	struct capsets sets;
	bool no_new_privileges;
};

struct verification_facts {
	struct verification_state given; /* config.json as it stands */
	struct verification_state today; /* what a create now would write */
	bool running; /* else `held` says nothing */
	struct verification_state held; /* by the container's first process */
};

struct verification {
	bool found[VERIFICATION_COUNT];
	capmask names[VERIFICATION_COUNT]; /* where it is about some */
};

struct verification verification_make(const struct verification_facts *facts);

/* "lost" …: for programs. */
const char *verification_word(enum verification_finding finding);
/* What it means and what to do, for people. */
const char *verification_text(enum verification_finding finding);

#endif
