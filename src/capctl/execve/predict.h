/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process will hold after execve(2): a prediction, from what it holds
 * before and what the file is. Pure; who asks has looked at both. For a script
 * the file is its interpreter. Not in it: a tracer, a file system root shared
 * by clone(2) CLONE_FS, security modules, setfsuid(2).
 *
 * Rests on: capabilities(7), "Transformation of capabilities during
 * execve()" to "Set-user-ID programs that have file capabilities"; the
 * kernel's security/commoncap.c cap_bprm_creds_from_file() and fs/exec.c
 * bprm_fill_uid(). tests/unit/core/execve_kernel_test.c asks the kernel.
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H
#define CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H

#include "capctl/execve/vfscap.h"

/* Since Linux 6.17 a group that the process is in anyway is no change. */
enum execve_kernel { EXECVE_SINCE_6_17, EXECVE_BEFORE_6_17 };

#define EXECVE_NO_ROOT UINT32_MAX

/* All ids in one user namespace: that of who asks, as stat(2) gives them. */
struct execve_task {
	struct capsets sets;
	capmask kernel; /* all that the kernel knows */
	uint32_t uid; /* real */
	uint32_t euid;
	uint32_t gid;
	uint32_t egid;
	const uint32_t *groups; /* supplementary */
	size_t groups_count;
	uint32_t securebits; /* SECBIT_NOROOT is what counts */
	bool no_new_privs;
	uint32_t
		root; /* who is uid 0 in its user namespace, or EXECVE_NO_ROOT */
	enum execve_kernel rules;
};

struct execve_file {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	/* Its owner or group has no number in the process's user namespace. */
	bool unmapped;
	/*
	 * The mount says so, or is of another mount namespace, or the file
	 * system of a user namespace that the process is not in or below.
	 */
	bool nosuid;
	bool has_caps;
	struct vfscap caps; /* as getxattr(2) gives them to who asks */
};

/* Without the group's x the bit marks something else, inode(7). */
bool execve_file_is_setgid(const struct execve_file *file);

/* Why it comes out as it does: any number of them. */
enum execve_why {
	EXECVE_SETUID, /* the effective uid becomes the owner's */
	EXECVE_SETGID,
	EXECVE_FILE_CAPS, /* the file's capabilities count */
	EXECVE_ROOT, /* root gets all of bounding and inheritable */
	EXECVE_AMBIENT_LOST, /* there were some */
	EXECVE_NO_NEW_PRIVS_CUT, /* what was not permitted before is not now */
	EXECVE_MISSING, /* the file does not get all that it names */
	EXECVE_SETID_NOSUID, /* set-user-ID or set-group-ID without effect … */
	EXECVE_SETID_NO_NEW_PRIVS,
	EXECVE_SETID_UNMAPPED,
	EXECVE_SETGID_MARK, /* no group may execute it: not that kind of bit */
	EXECVE_CAPS_NOSUID, /* file capabilities without effect … */
	EXECVE_CAPS_OTHER_ROOT,
	EXECVE_CAPS_BEFORE_ROOT, /* set-user-ID root: these instead of root's */
	EXECVE_BY_KERNEL, /* before and since Linux 6.17 it comes out otherwise */
	EXECVE_WHY_COUNT
};

struct execve_result {
	/* execve() fails with EPERM, and all stays as it is. */
	bool refused;
	struct capsets sets;
	uint32_t euid; /* saved and file system ids become the same */
	uint32_t egid;
	bool secure; /* AT_SECURE: the loader ignores LD_PRELOAD and the like */
	capmask missing; /* in the file's permitted set and not obtained */
	unsigned int why; /* bit N: reason N */
};

struct execve_result execve_predict(const struct execve_task *task,
				    const struct execve_file *file);

/* "the file's set-user-ID bit counts" …: half a sentence for people. */
const char *execve_why_text(enum execve_why why);
/* "setuid" …: a word for programs. */
const char *execve_why_word(enum execve_why why);

#endif
