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
 * bprm_fill_uid(). tests/unit/core/exec_caps_kernel_test.c asks the kernel.
 */
#ifndef CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H
#define CAPRUNTIME_CAPCTL_EXECVE_PREDICT_H

#include "capctl/execve/vfscap.h"

/* Since Linux 6.17 a group that the process is in anyway is no change. */
enum exec_kernel { EXEC_SINCE_6_17, EXEC_BEFORE_6_17 };

#define EXEC_NO_ROOT UINT32_MAX

/* All ids in one user namespace: that of who asks, as stat(2) gives them. */
struct exec_task {
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
	uint32_t root; /* who is uid 0 in its user namespace, or EXEC_NO_ROOT */
	enum exec_kernel rules;
};

struct exec_file {
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
bool exec_file_is_setgid(const struct exec_file *file);

/* Why it comes out as it does: any number of them. */
enum exec_why {
	EXEC_SETUID, /* the effective uid becomes the owner's */
	EXEC_SETGID,
	EXEC_FILE_CAPS, /* the file's capabilities count */
	EXEC_ROOT, /* root gets all of bounding and inheritable */
	EXEC_AMBIENT_LOST, /* there were some */
	EXEC_NO_NEW_PRIVS_CUT, /* what was not permitted before is not now */
	EXEC_MISSING, /* the file does not get all that it names */
	EXEC_SETID_NOSUID, /* set-user-ID or set-group-ID without effect … */
	EXEC_SETID_NO_NEW_PRIVS,
	EXEC_SETID_UNMAPPED,
	EXEC_SETGID_MARK, /* no group may execute it: not that kind of bit */
	EXEC_CAPS_NOSUID, /* file capabilities without effect … */
	EXEC_CAPS_OTHER_ROOT,
	EXEC_CAPS_BEFORE_ROOT, /* set-user-ID root: these instead of root's */
	EXEC_BY_KERNEL, /* before and since Linux 6.17 it comes out otherwise */
	EXEC_WHY_COUNT
};

struct exec_result {
	/* execve() fails with EPERM, and all stays as it is. */
	bool refused;
	struct capsets sets;
	uint32_t euid; /* saved and file system ids become the same */
	uint32_t egid;
	bool secure; /* AT_SECURE: the loader ignores LD_PRELOAD and the like */
	capmask missing; /* in the file's permitted set and not obtained */
	unsigned int why; /* bit N: reason N */
};

struct exec_result exec_caps_predict(const struct exec_task *task,
				     const struct exec_file *file);

/* "the file's set-user-ID bit counts" …: half a sentence for people. */
const char *exec_caps_why_text(enum exec_why why);
/* "setuid" …: a word for programs. */
const char *exec_caps_why_word(enum exec_why why);

#endif
