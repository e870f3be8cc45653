/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predicts the capabilities of a process after execve(2) from those before it
 * and the file; for a script that is its interpreter's file. Pure: the caller
 * describes both. Not considered: tracers, CLONE_FS, security modules and
 * setfsuid(2).
 *
 * Rests on: capabilities(7), "Transformation of capabilities during
 * execve()" to "Set-user-ID programs that have file capabilities"; the
 * kernel's security/commoncap.c cap_bprm_creds_from_file() and fs/exec.c
 * bprm_fill_uid(). tests/unit/capctl/execve/predict_kernel_test.c
 * compares the predictions with the running kernel.
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H
#define CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H

#include "capctl/execve/vfscap.h"

/* Since Linux 6.17 a supplementary group as new egid is no change of IDs. */
enum execve_kernel { EXECVE_SINCE_6_17, EXECVE_BEFORE_6_17 };

#define EXECVE_NO_ROOT UINT32_MAX

/* All IDs are those of the caller's user namespace, as from stat(2). */
struct execve_task {
	struct capsets sets;
	capmask kernel; /* all that the kernel knows */
	uint32_t uid; /* real */
	uint32_t euid;
	uint32_t gid;
	uint32_t egid;
	const uint32_t *groups; /* supplementary */
	size_t groups_count;
	uint32_t securebits; /* only SECBIT_NOROOT matters */
	bool no_new_privs;
	uint32_t root; /* uid 0 of its user namespace, or EXECVE_NO_ROOT */
	enum execve_kernel rules;
};

struct execve_file {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	/* Its owner or group has no ID in the process's user namespace. */
	bool unmapped;
	/*
	 * The mount is nosuid or in another mount namespace, or the file system
	 * belongs to a user namespace that is not the process's or an ancestor.
	 */
	bool nosuid;
	bool has_caps;
	struct vfscap caps; /* as getxattr(2) gives them to the caller */
};

/* Without group execute permission the bit has another meaning, inode(7). */
bool execve_file_is_setgid(const struct execve_file *file);

/* The reasons for a result, any number of them. */
enum execve_why {
	EXECVE_SETUID, /* the effective uid becomes the owner's */
	EXECVE_SETGID,
	EXECVE_FILE_CAPS, /* the file has capabilities */
	EXECVE_ROOT, /* root gets bounding ∪ inheritable */
	EXECVE_AMBIENT_LOST, /* the ambient set was not empty and is cleared */
	EXECVE_NO_NEW_PRIVS_CUT, /* newly permitted ones are removed */
	EXECVE_MISSING, /* not all of the file's permitted set was obtained */
	EXECVE_SETID_NOSUID, /* set-ID bits have no effect: */
	EXECVE_SETID_NO_NEW_PRIVS,
	EXECVE_SETID_UNMAPPED,
	EXECVE_SETGID_MARK, /* set-group-ID without group execute permission */
	EXECVE_CAPS_NOSUID, /* file capabilities have no effect: */
	EXECVE_CAPS_OTHER_ROOT,
	EXECVE_CAPS_BEFORE_ROOT, /* set-user-ID root, but these count */
	EXECVE_BY_KERNEL, /* the result differs before and since Linux 6.17 */
	EXECVE_WHY_COUNT
};

struct execve_result {
	/* execve(2) fails with EPERM and changes nothing. */
	bool refused;
	struct capsets sets;
	uint32_t euid; /* the saved and file system IDs become the same */
	uint32_t egid;
	bool secure; /* AT_SECURE: the loader ignores LD_PRELOAD and the like */
	capmask missing; /* in the file's permitted set and not obtained */
	unsigned int why; /* bit N: reason N */
};

struct execve_result execve_predict(const struct execve_task *task,
				    const struct execve_file *file);

/* Those of `granted` that the program cannot use; 0 if it is not executed. */
capmask execve_lost(const struct execve_result *result, capmask granted);

/* For people: "the file's set-user-ID bit counts". */
const char *execve_why_text(enum execve_why why);
/* For programs: "setuid". */
const char *execve_why_word(enum execve_why why);

#endif
