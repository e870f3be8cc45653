/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <grp.h>
#include <inttypes.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "capctl/out.h"
#include "capctl/process/smallfile.h"
#include "capctl/process/status.h"
#include "capctl/run/run.h"

#define STATUS "/proc/self/status"
#define STATUS_MAX 16384
#define BITS 64

#define CLEANUP_CAP __attribute__((cleanup(cap_cleanup)))

static void cap_cleanup(const cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

/*
 * libcap must not get a number that is no capability. Those of a mask that
 * own_caps_read() or run_list_parse() returned are capabilities of this kernel.
 */
static bool has_bit(capmask mask, int bit)
{
	return mask >> bit & 1;
}

static int fail_bit(const char *option, const char *what, int bit,
		    struct err *err)
{
	int number = errno;
	char *name CLEANUP_FREE = out_names(UINT64_C(1) << bit);

	if (!name)
		return err_set_no_memory(err);
	return err_set_errno(err, number, "'--%s': %s %s", option, what, name);
}

static int read_status(struct procstatus *ret_status, struct err *err)
{
	size_t len;
	char *text CLEANUP_FREE = smallfile_read(STATUS, STATUS_MAX, &len);

	if (!text)
		return err_set(err, "'" STATUS
				    "' cannot be read: is /proc mounted?");
	procstatus_parse(ret_status, text, len);
	if (!procstatus_is_whole(ret_status))
		return err_set(err, "'" STATUS "' is incomplete");
	return 0;
}

int run_self_read(struct run_self *ret_self, struct err *err)
{
	struct procstatus status = { 0 };
	int securebits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	*ret_self = (struct run_self){ 0 };
	if (securebits < 0)
		return err_set_errno(err, errno, "read own securebits");
	if (own_caps_read(&ret_self->own, err) < 0 ||
	    read_status(&status, err) < 0)
		return -1;
	ret_self->securebits = (uint32_t)securebits;
	ret_self->inheritable = status.sets.set[CAPSET_INHERITABLE];
	ret_self->uid = status.uid[PROCSTATUS_EFFECTIVE];
	ret_self->gid = status.gid[PROCSTATUS_EFFECTIVE];
	return 0;
}

static int fill_flag(cap_t caps, cap_flag_t flag, capmask mask)
{
	if (cap_clear_flag(caps, flag) < 0)
		return -1;
	for (cap_value_t bit = 0; bit < BITS; bit++)
		if (has_bit(mask, bit) &&
		    cap_set_flag(caps, flag, 1, &bit, CAP_SET) < 0)
			return -1;
	return 0;
}

static int drop_bounding(capmask dropped, struct err *err)
{
	static const cap_value_t needed = CAP_SETPCAP;
	cap_t caps CLEANUP_CAP = dropped ? cap_get_proc() : NULL;

	if (!dropped)
		return 0;
	if (!caps ||
	    cap_set_flag(caps, CAP_EFFECTIVE, 1, &needed, CAP_SET) < 0 ||
	    cap_set_proc(caps) < 0)
		return fail_bit("bounding", "use", needed, err);
	for (cap_value_t bit = 0; bit < BITS; bit++)
		if (has_bit(dropped, bit) && cap_drop_bound(bit) < 0)
			return fail_bit("bounding", "drop", bit, err);
	return 0;
}

static int become_user(const struct run_user *user, struct err *err)
{
	if (cap_setgroups(user->gid, user->groups_count, user->groups) < 0)
		return err_set_errno(
			err, errno,
			"'--user': set group %" PRIu32
			" and %zu supplementary groups: in a user namespace they must be mapped, and '/proc/self/setgroups' must be 'allow'",
			user->gid, user->groups_count);
	if (cap_setuid(user->uid) < 0)
		return err_set_errno(err, errno,
				     "'--user': set user %" PRIu32
				     ": in a user namespace it must be mapped",
				     user->uid);
	return 0;
}

/* User 0 keeps the permitted set, from which execve(2) takes under no_new_privs. */
static int set_own_sets(capmask ambient, bool is_root, struct err *err)
{
	cap_t caps CLEANUP_CAP = cap_get_proc();

	if (!caps || fill_flag(caps, CAP_INHERITABLE, ambient) < 0)
		return err_set_no_memory(err);
	if (is_root ? cap_fill_flag(caps, CAP_EFFECTIVE, caps, CAP_PERMITTED)
		    : fill_flag(caps, CAP_PERMITTED, ambient) < 0 ||
			      fill_flag(caps, CAP_EFFECTIVE, ambient) < 0)
		return err_set_no_memory(err);
	if (cap_set_proc(caps) < 0)
		return err_set_errno(
			err, errno,
			"'--ambient': make the set inheritable and permitted");
	return 0;
}

static int raise_ambient(capmask ambient, struct err *err)
{
	if (cap_reset_ambient() < 0)
		return err_set_errno(err, errno,
				     "'--ambient': clear the ambient set");
	for (cap_value_t bit = 0; bit < BITS; bit++)
		if (has_bit(ambient, bit) && cap_set_ambient(bit, CAP_SET) < 0)
			return fail_bit("ambient", "raise", bit, err);
	return 0;
}

static int take_sets(const struct run_request *request,
		     const struct run_self *self, struct err *err)
{
	capmask dropped = request->has_bounding
				  ? self->own.bounding & ~request->bounding
				  : 0;
	bool becomes = request->user.is_set && !self->has_user;

	if (drop_bounding(dropped, err) < 0 ||
	    (becomes && become_user(&request->user, err) < 0) ||
	    set_own_sets(request->ambient, run_is_root(request, self), err) <
		    0 ||
	    raise_ambient(request->ambient, err) < 0)
		return -1;
	if (request->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set_errno(err, errno,
				     "'--no-new-privs': set no_new_privs");
	return 0;
}

static bool is_taken(const struct run_request *request,
		     const struct run_self *self,
		     const struct procstatus *status)
{
	const capmask *set = status->sets.set;
	capmask bounding =
		request->has_bounding ? request->bounding : self->own.bounding;

	return set[CAPSET_AMBIENT] == request->ambient &&
	       set[CAPSET_INHERITABLE] == request->ambient &&
	       (set[CAPSET_BOUNDING] & self->own.kernel) == bounding &&
	       (status->no_new_privs || !request->no_new_privs);
}

/* As execve(2) demands of them: real and effective ones are the same. */
static bool has_ids(const struct run_request *request,
		    const struct procstatus *status)
{
	const uint32_t *uid = status->uid, *gid = status->gid;

	if (request->user.is_set &&
	    (uid[PROCSTATUS_REAL] != request->user.uid ||
	     gid[PROCSTATUS_REAL] != request->user.gid))
		return false;
	return uid[PROCSTATUS_REAL] == uid[PROCSTATUS_EFFECTIVE] &&
	       gid[PROCSTATUS_REAL] == gid[PROCSTATUS_EFFECTIVE];
}

int run_take(const struct run_request *request, const struct run_self *self,
	     struct execve_task *ret_task, struct err *err)
{
	struct procstatus status = { 0 };

	if (take_sets(request, self, err) < 0 || read_status(&status, err) < 0)
		return -1;
	if (!has_ids(request, &status))
		return err_set(
			err,
			"the real and the effective user or group of this process differ: name both with '--user'");
	if (!is_taken(request, self, &status))
		return err_set(
			err,
			"the kernel reports other sets than were taken: 'capctl show self' shows what this process holds");
	*ret_task = (struct execve_task){
		.sets = status.sets,
		.kernel = self->own.kernel,
		.uid = status.uid[PROCSTATUS_REAL],
		.euid = status.uid[PROCSTATUS_EFFECTIVE],
		.gid = status.gid[PROCSTATUS_REAL],
		.egid = status.gid[PROCSTATUS_EFFECTIVE],
		.groups = request->user.groups,
		.groups_count = request->user.groups_count,
		.securebits = self->securebits,
		.no_new_privs = status.no_new_privs,
		.rules = EXECVE_BEFORE_6_17,
	};
	return 0;
}
