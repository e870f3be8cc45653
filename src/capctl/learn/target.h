/* SPDX-License-Identifier: Apache-2.0 */
/* The process that is watched: a command of our own, or one that runs already. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_TARGET_H
#define CAPRUNTIME_CAPCTL_LEARN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/container.h"
#include "capctl/learn/recorder.h"

struct target {
	int32_t pid;
	uint64_t start; /* of a process that is not our child */
	bool is_child;
	bool has_ended;
	int status; /* of a child that has ended, as of waitpid(2) */
};

struct target_user {
	bool is_set;
	uint32_t uid;
	uint32_t gid;
};

/*
 * Starts a program, with its standard output on ours for errors: ours is for
 * the result. It is recorded from the first instruction; `tally` is to know it.
 * Signals that are blocked here are not in it.
 */
int target_start(struct target *ret_target, char **command,
		 const struct target_user *user, struct recorder *recorder,
		 struct learn_tally *tally, struct err *err) MUST_CHECK;

/* Records all threads of a process, and what they start from now on. */
int target_attach(struct target *ret_target, int32_t pid,
		  struct recorder *recorder, struct learn_tally *tally,
		  struct err *err) MUST_CHECK;

/* A container that is watched, and where its processes count. */
struct target_member {
	const struct learn_container *container;
	struct learn_tally *tally;
};

/* The same for all processes of a container; watches its first one. */
int target_attach_container(struct target *ret_target,
			    const struct target_member *member,
			    struct recorder *recorder,
			    struct err *err) MUST_CHECK;

/*
 * Also those that have come since: call it often. The tallies of several
 * containers have the same main one.
 */
int target_attach_others(const struct target_member *members, size_t count,
			 struct recorder *recorder, struct err *err) MUST_CHECK;

bool target_is_over(struct target *target);

/* Ends a child: SIGTERM, after 5 seconds SIGKILL. Another process goes on. */
void target_stop(struct target *target);

#endif
