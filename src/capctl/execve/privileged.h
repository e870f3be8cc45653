/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program file in an image: does it raise privileges at all, and what
 * is that worth in a container of a policy's rule? Pure; what execve(2) makes
 * of a file says exec_caps.h, where the facts come from rootfs.h.
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_PRIVILEGED_H
#define CAPRUNTIME_CAPCTL_EXECVE_PRIVILEGED_H

#include "capctl/execve/predict.h"

struct privileged_file {
	/* `unmapped`, and what is in a container nosuid, is for who knows it. */
	struct execve_file file;
	bool noexec; /* the mount it is on */
	bool script; /* starts with "#!": its interpreter's bits count */
	bool caps_elsewhere; /* for a user namespace that is not ours: unknown */
};

/* By whomever. */
bool privileged_is_executable(const struct privileged_file *program);

/* Has the file anything that is there to raise privileges? */
bool privileged_is_special(const struct privileged_file *program);

enum privileged_effect {
	PRIVILEGED_NO_EFFECT,
	PRIVILEGED_RAISES,
	PRIVILEGED_DANGEROUS, /* to root, or what leads there: capset_dangerous() */
};

/*
 * For a user who holds nothing. `root` is who is uid 0 in the user namespace it
 * runs in. ret_reason: why there is no effect, static; else NULL.
 */
enum privileged_effect privileged_effect(const struct privileged_file *program,
					 uint32_t root,
					 const char **ret_reason);

/* What a container, or any of a rule's containers, holds. */
struct privileged_grant {
	capmask ambient;
	capmask inheritable;
	capmask bounding; /* at most */
	bool no_new_privileges;
	bool has_user; /* else it is any user but root and the file's own */
	uint32_t uid;
	uint32_t gid;
	uint32_t root; /* as above */
};

enum privileged_verdict {
	PRIVILEGED_UNTOUCHED,
	PRIVILEGED_REDUNDANT, /* its capabilities are held without them */
	PRIVILEGED_BREAKS, /* gives nothing, or less, under no_new_privs */
	PRIVILEGED_OUT_OF_BOUNDING, /* execve fails with EPERM */
	PRIVILEGED_VERDICT_COUNT
};

/*
 * For a file that has an effect. ret_lacking: what execve misses in the
 * bounding set, else 0.
 */
enum privileged_verdict
privileged_classify(const struct privileged_file *program,
		    const struct privileged_grant *grant, capmask *ret_lacking);

#endif
