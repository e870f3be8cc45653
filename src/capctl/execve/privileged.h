/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a program file in an image raises privileges, and whether that has an
 * effect in a container with a rule's grants. Pure: rootfs.h reads the file,
 * predict.h models execve(2).
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_PRIVILEGED_H
#define CAPRUNTIME_CAPCTL_EXECVE_PRIVILEGED_H

#include "capctl/execve/predict.h"

struct privileged_file {
	/* Callers who know the container set `unmapped` and `nosuid`. */
	struct execve_file file;
	bool noexec; /* of its mount */
	bool script; /* starts with "#!": the interpreter's bits count */
	bool caps_elsewhere; /* unknown ones, for another user namespace */
};

/* By any user. */
bool privileged_is_executable(const struct privileged_file *program);

/* Set-user-ID, set-group-ID or capabilities? */
bool privileged_is_special(const struct privileged_file *program);

enum privileged_effect {
	PRIVILEGED_NO_EFFECT,
	PRIVILEGED_CLEARS, /* gives nothing, and clears the ambient set */
	PRIVILEGED_RAISES,
	PRIVILEGED_DANGEROUS, /* to root, or to one of capset_dangerous() */
};

/*
 * For a user without capabilities. `root` is uid 0 of the user namespace.
 * ret_reason: why there is no effect, static; else NULL.
 */
enum privileged_effect privileged_effect(const struct privileged_file *program,
					 uint32_t root,
					 const char **ret_reason);

/* The sets that the processes of a container can hold. */
struct privileged_grant {
	capmask ambient;
	capmask requested; /* further ambient ones, if a pod asks for them */
	capmask inheritable;
	capmask bounding; /* a superset of it */
	bool no_new_privileges;
	bool has_user; /* else any user but root and the file's owner */
	uint32_t uid;
	uint32_t gid;
	uint32_t root; /* as above */
};

enum privileged_verdict {
	PRIVILEGED_UNTOUCHED,
	PRIVILEGED_REDUNDANT, /* the ambient set has its capabilities */
	PRIVILEGED_BREAKS, /* has less or no effect under no_new_privs */
	PRIVILEGED_LOSES, /* it clears the ambient set and lacks some of it */
	PRIVILEGED_OUT_OF_BOUNDING, /* execve(2) fails with EPERM */
	PRIVILEGED_VERDICT_COUNT
};

/*
 * ret_lacking: those of the ambient set that the program loses, or those for
 * which execve(2) fails, because the bounding set lacks them; else 0.
 */
enum privileged_verdict
privileged_classify(const struct privileged_file *program,
		    const struct privileged_grant *grant, capmask *ret_lacking);

#endif
