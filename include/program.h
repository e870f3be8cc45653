/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program file as execve(2) sees it: what it would raise, and what that means
 * for a container that a policy's rule is for. Pure; where the facts come from
 * is rootfs.h.
 *
 * Rests on: capabilities(7) "Transformation of capabilities during execve()"
 * and "Safety checking"; fs/exec.c bprm_fill_uid(); security/commoncap.c
 * get_file_caps(), cap_bprm_creds_from_file().
 */
#ifndef CAPRUNTIME_PROGRAM_H
#define CAPRUNTIME_PROGRAM_H

#include "vfscap.h"

enum program_caps {
	PROGRAM_NO_CAPS,
	PROGRAM_CAPS,
	PROGRAM_CAPS_ELSEWHERE, /* for a user namespace that is not ours */
};

struct program {
	uint32_t uid;
	uint32_t gid;
	bool executable; /* a regular file, by whomever */
	bool setuid;
	bool setgid; /* with the group's x: without it means something else */
	bool script; /* starts with "#!": its interpreter's bits count */
	bool nosuid; /* the mount it is on */
	bool noexec;
	enum program_caps has_caps;
	struct vfscap caps; /* with PROGRAM_CAPS */
};

enum program_effect {
	PROGRAM_NO_EFFECT,
	PROGRAM_RAISES,
	PROGRAM_DANGEROUS, /* setuid root, or leads there: capset_dangerous() */
};

/* The user namespace it runs in; zeroed: nothing is known of it. */
struct program_users {
	bool known;
	uint32_t root; /* its root's uid, as files show it here */
	/* The owner in it; false: it has none. NULL: the same as here. */
	bool (*map)(const void *context, bool group, uint32_t id,
		    uint32_t *ret_id);
	const void *context;
};

/* Has the file anything that could raise? */
bool program_is_special(const struct program *program);

/*
 * By itself, with no policy. ret_reason: why there is none, static; NULL with
 * any other effect.
 */
enum program_effect program_effect(const struct program *program,
				   const struct program_users *users,
				   const char **ret_reason);

/* What a container, or every container of a rule, holds. */
struct program_grant {
	capmask ambient;
	capmask inheritable;
	capmask bounding; /* at most */
	bool no_new_privileges;
};

enum program_verdict {
	PROGRAM_UNTOUCHED,
	PROGRAM_REDUNDANT, /* ambient holds all that the file would give */
	PROGRAM_BREAKS, /* has no effect under no_new_privs */
	PROGRAM_OUT_OF_BOUNDING, /* execve fails with EPERM */
};

/*
 * For a file that has an effect. ret_lacking: what execve misses in the
 * bounding set.
 */
enum program_verdict program_judge(const struct program *program,
				   const struct program_grant *grant,
				   capmask *ret_lacking);

#endif
