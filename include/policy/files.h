/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the policy's files, which must be trusted; for capctl, reports all that
 * is wrong with them. Their content is policy.h.
 */
#ifndef CAPRUNTIME_POLICY_FILES_H
#define CAPRUNTIME_POLICY_FILES_H

#include "policy/policy.h"
#include "policy/problems.h"

#define POLICY_FILES_MAX 64

/*
 * policy.json and policy.d/NAME.json in the directory of configuration, those
 * in byte order of their names; or $CAPRUNTIME_POLICY alone. No such file is an
 * empty policy; every other trouble is an error, and so is the variable set to
 * what is empty, not absolute or missing. ret_policy is to be freed in every
 * case. On -1 its mode, log and log_file are those of policy.json where that
 * one was in order, else the defaults.
 */
int policy_files_load(struct policy *ret_policy, struct err *err) MUST_CHECK;

/* Is a file of this name in policy.d one of the policy? */
bool policy_files_is_read(const char *name);

/*
 * One file that a person names, as policy.json: relative or absolute, and
 * whoever may write it, for it rules nothing. ret_policy is to be freed in
 * every case.
 */
int policy_files_load_from(struct policy *ret_policy, const char *path,
			   struct err *err) MUST_CHECK;

enum policy_error {
	POLICY_INVALID, /* its text; this alone has a place and a rule */
	POLICY_UNTRUSTED, /* others could have written it */
	POLICY_UNUSABLE, /* else: the runtime would refuse it, too */
	POLICY_UNREADABLE, /* not by us: nothing can be said of it */
};

struct policy_listener {
	/* `problem` is lent. Where it has no place its line is 0. */
	void (*problem)(void *context, enum policy_error trouble,
			const struct policy_problem *problem);
	/* A file that was read, after its problems; `text` is handed over. */
	void (*file)(void *context, const char *path, char *text, size_t len);
	void *context;
};

/*
 * All that is wrong with the files that policy_files_load() would read. It goes
 * on where that would end: what is told first is what that would say. With
 * `count` files in `paths` (relative or absolute) those instead: the first as
 * policy.json, the others as files of policy.d in the order given. ret_policy
 * holds what could be read, and is to be freed.
 */
void policy_files_examine(struct policy *ret_policy, char *const *paths,
			  size_t count, const struct policy_listener *listener);

#endif
