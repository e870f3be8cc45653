/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl run': this process takes the user and the sets that were asked for and
 * then becomes the program, so that its parent, descriptors, environment and
 * signals stay. libcap's launcher (cap_launcher(3)) would fork, and it and
 * cap_iab_set_proc(3) return one errno for all of their steps; here each step is
 * a call of libcap with a message of its own.
 *
 * Rests on: capabilities(7); the kernel's security/commoncap.c.
 */
#ifndef CAPRUNTIME_CAPCTL_RUN_RUN_H
#define CAPRUNTIME_CAPCTL_RUN_RUN_H

#include <stdbool.h>

#include "capctl/execve/predict.h"
#include "caps/own.h"

struct run_user {
	bool is_set; /* else this process's own IDs stay */
	uint32_t uid;
	uint32_t gid;
	uint32_t *groups; /* supplementary */
	size_t groups_count;
};

struct run_request {
	struct run_user user;
	bool has_ambient; /* else it is empty */
	bool has_bounding; /* else it stays */
	bool no_new_privs;
	capmask ambient; /* inheritable, too */
	capmask bounding;
};

/* This process before the first step. */
struct run_self {
	struct own_caps own;
	capmask inheritable;
	uint32_t uid; /* effective */
	uint32_t gid;
	uint32_t securebits;
	bool has_user; /* IDs and supplementary groups are the request's */
};

/*
 * "NET_RAW,cap_kill", "all" of `kernel`, "none". The message names `option`.
 */
int run_list_parse(const char *option, const char *text, capmask kernel,
		   capmask *ret_mask, struct err *err) MUST_CHECK;

/*
 * USER[:GROUP], names or numbers. A user of /etc/passwd has its groups of
 * /etc/group; an unknown number has the group of that number. With GROUP, that is
 * the only group. The caller frees the groups, also on -1.
 */
int run_user_find(struct run_user *ret_user, const char *text,
		  struct err *err) MUST_CHECK;

/* Fills in everything but has_user. */
int run_self_read(struct run_self *ret_self, struct err *err) MUST_CHECK;
/* Does this process have the user, the group and exactly these groups? */
int run_user_is_own(const struct run_user *user, bool *ret_is_own,
		    struct err *err) MUST_CHECK;

/*
 * Can the request be fulfilled? Pure. -1: the message has the option, the
 * capabilities, the reason and the way out.
 */
int run_check(const struct run_request *request, const struct run_self *self,
	      struct err *err) MUST_CHECK;

/* The kernel gives user 0 its bounding set, unless a securebit says no. */
bool run_is_root(const struct run_request *request,
		 const struct run_self *self);

/*
 * Gives this process what is requested; run_check() passed. ret_task is this
 * process afterwards, as the kernel describes it, with task->groups in `groups`
 * of the request's user, or none. -1: a step failed; some are done.
 */
int run_take(const struct run_request *request, const struct run_self *self,
	     struct execve_task *ret_task, struct err *err) MUST_CHECK;

struct run_program {
	char *path; /* that execve(2) gets */
	char *file; /* its file, or that of a script's interpreter */
	struct execve_file bits;
};

/*
 * Finds the program, as this process now may. The caller frees both paths, also
 * on -1: err->number is ENOENT if there is no program.
 */
int run_program_find(struct run_program *ret_program, const char *name,
		     struct err *err) MUST_CHECK;

/*
 * What it will hold. -1: the file would change the task's sets or IDs; the
 * message has its path and the way out.
 */
int run_program_predict(const struct run_program *program,
			const struct execve_task *task,
			struct execve_result *ret_result,
			struct err *err) MUST_CHECK;

#endif
