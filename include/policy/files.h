/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the policy's files, which must be trusted, and reports all their
 * problems to capctl. policy/parse.h parses their text.
 */
#ifndef CAPRUNTIME_POLICY_FILES_H
#define CAPRUNTIME_POLICY_FILES_H

#include "policy/policy.h"
#include "policy/problems.h"

#define POLICY_FILES_MAX 64

/*
 * Loads policy.json and policy.d/NAME.json in the configuration directory, the
 * latter in byte order of their names; or only $CAPRUNTIME_POLICY, if it is
 * set. Without a configuration directory the policy is empty. Every other
 * failure is an error, as is a directory without policy.json, or a variable
 * that is empty, a relative path or a missing file. On -1, mode, log and
 * log_file are those of policy.json if that file is valid, else the defaults.
 * The caller frees, also on -1.
 */
int policy_files_load(struct policy *ret_policy, struct err *err) MUST_CHECK;

/* Does the policy include a file of this name in policy.d? */
bool policy_files_is_read(const char *name);

/*
 * Loads one file as policy.json. The path can be relative. The file need not be
 * trusted, because it applies to no container. The caller frees, also on -1.
 */
int policy_files_load_from(struct policy *ret_policy, const char *path,
			   struct err *err) MUST_CHECK;

enum policy_error {
	POLICY_INVALID, /* the text; only this one has a place and a rule */
	POLICY_UNTRUSTED, /* other users can write it */
	POLICY_UNUSABLE, /* capruntime refuses it for another reason */
	POLICY_UNREADABLE, /* by this process, so it was not checked */
};

struct policy_listener {
	/* `problem` is lent. Its line is 0 if it has no place. */
	void (*problem)(void *context, enum policy_error error,
			const struct policy_problem *problem);
	/* Called for each file read, after its problems; frees `text`. */
	void (*file)(void *context, const char *path, char *text, size_t len);
	void *context;
};

/*
 * Reports all problems of the files that policy_files_load() reads. It
 * continues after an error; the first one reported is the error of
 * policy_files_load(). If `count` is not 0, reads `paths` (relative or
 * absolute) instead: the first as policy.json, the others as files of policy.d,
 * in the given order. ret_policy holds what could be read; the caller frees.
 */
void policy_files_examine(struct policy *ret_policy, char *const *paths,
			  size_t count, const struct policy_listener *listener);

#endif
