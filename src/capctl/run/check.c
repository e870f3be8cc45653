/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <linux/capability.h>
#include <linux/securebits.h>

#include "base/cleanup.h"
#include "capctl/out.h"
#include "capctl/run/run.h"

#define BIT(number) (UINT64_C(1) << (number))

/* Where a capability that this process lacks can come from. */
static const char *way_to_get(const struct run_self *self)
{
	return self->uid
		       ? "run capctl as root, for example by sudo"
		       : "what started this process took it away: a container needs it in 'capabilities.add' or '--cap-add', a unit in 'CapabilityBoundingSet='";
}

/* Fails if `lacking` is not empty: "'--OPTION': NAMES: REASON: WAY". */
static int check_none(capmask lacking, const char *option, const char *reason,
		      const char *way, struct err *err)
{
	char *names CLEANUP_FREE = lacking ? out_names(lacking) : NULL;

	if (!lacking)
		return 0;
	if (!names)
		return err_set_no_memory(err);
	return err_set(err, "'--%s': %s: %s: %s", option, names, reason, way);
}

bool run_is_root(const struct run_request *request, const struct run_self *self)
{
	uint32_t uid = request->user.is_set ? request->user.uid : self->uid;

	return uid == 0 && !(self->securebits & SECBIT_NOROOT);
}

static int check_root(const struct run_request *request,
		      const struct run_self *self, struct err *err)
{
	if (!run_is_root(request, self))
		return 0;
	if (request->has_ambient && !request->has_bounding)
		return err_set(
			err,
			"'--ambient': user 0 gets its whole bounding set, whatever is ambient: add '--bounding', or '--user' with another user");
	if (!request->no_new_privs || !request->has_bounding)
		return 0;
	return check_none(
		request->bounding & ~self->own.permitted, "bounding",
		"with '--no-new-privs' user 0 gets only what this process holds, and it does not hold this",
		way_to_get(self), err);
}

static int check_bounding(const struct run_request *request,
			  const struct run_self *self, struct err *err)
{
	capmask own = self->own.bounding;

	if (!request->has_bounding)
		return 0;
	if (check_none(request->ambient & ~request->bounding, "bounding",
		       "missing, and '--ambient' has it",
		       "add it to '--bounding'", err) < 0 ||
	    check_none(
		    request->bounding & ~own, "bounding",
		    "not in the bounding set of this process, and nothing can add it",
		    "leave it out, or start from a process that has it",
		    err) < 0)
		return -1;
	if (!(own & ~request->bounding))
		return 0;
	return check_none(
		BIT(CAP_SETPCAP) & ~self->own.permitted, "bounding",
		"needed to take others away, and this process does not hold it",
		way_to_get(self), err);
}

static int check_securebits(const struct run_request *request,
			    const struct run_self *self, struct err *err)
{
	uint32_t bits = self->securebits;
	bool keeps = bits & (SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP) ||
		     !(bits & SECBIT_KEEP_CAPS_LOCKED);

	if (!request->ambient)
		return 0;
	if (self->own.ambient_forbidden)
		return err_set(
			err,
			"'--ambient': the securebit no_cap_ambient_raise of this process forbids it: start from a process without it");
	if (!keeps && request->user.is_set && request->user.uid && !self->uid)
		return err_set(
			err,
			"'--user': the securebit keep_caps_locked of this process takes all capabilities from a process that leaves user 0: start from a process without it");
	return 0;
}

static int check_ambient(const struct run_request *request,
			 const struct run_self *self, struct err *err)
{
	if (check_securebits(request, self, err) < 0 ||
	    check_none(request->ambient & ~self->own.permitted, "ambient",
		       "not in the permitted set of this process",
		       way_to_get(self), err) < 0)
		return -1;
	return check_none(
		request->ambient & ~(self->own.bounding | self->inheritable),
		"ambient",
		"neither in the bounding nor in the inheritable set of this process, so it cannot be made inheritable",
		"start from a process that has it", err);
}

static int check_user(const struct run_request *request,
		      const struct run_self *self, struct err *err)
{
	capmask needed = BIT(CAP_SETGID);

	if (!request->user.is_set || self->has_user)
		return 0;
	if (request->user.uid != self->uid)
		needed |= BIT(CAP_SETUID);
	return check_none(
		needed & ~self->own.permitted, "user",
		"needed for another user or other groups, and this process does not hold it",
		way_to_get(self), err);
}

int run_check(const struct run_request *request, const struct run_self *self,
	      struct err *err)
{
	if (check_root(request, self, err) < 0 ||
	    check_bounding(request, self, err) < 0 ||
	    check_ambient(request, self, err) < 0)
		return -1;
	return check_user(request, self, err);
}
