/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "program.h"

/* What of a file counts at all, in a user namespace. */
struct effect {
	bool setuid;
	bool setgid;
	bool caps;
	uint32_t uid; /* inside */
	const char *reason; /* why not */
};

bool program_is_special(const struct program *program)
{
	return program->setuid || program->setgid ||
	       program->has_caps != PROGRAM_NO_CAPS;
}

/* Reasons that no user namespace changes. */
static const char *general_reason(const struct program *program)
{
	if (!program->executable)
		return "nobody may execute it";
	if (program->noexec)
		return "on a noexec mount";
	if (program->nosuid)
		return "on a nosuid mount";
	return program->script ? "a script: its interpreter's bits count"
			       : NULL;
}

/*
 * A namespace's own root and that of its parents can have set them; what
 * version 2 holds was set by the first one's.
 */
static bool caps_count(const struct program *program,
		       const struct program_users *users)
{
	if (program->has_caps != PROGRAM_CAPS)
		return false;
	if (program->caps.version < 3 || !program->caps.root)
		return true;
	return users->known && program->caps.root == users->root;
}

/* bprm_fill_uid(): both must have a number inside. */
static bool owners_count(const struct program *program,
			 const struct program_users *users, uint32_t *ret_uid)
{
	uint32_t gid;

	*ret_uid = program->uid;
	if (!users->map)
		return true;
	return users->map(users->context, false, program->uid, ret_uid) &&
	       users->map(users->context, true, program->gid, &gid);
}

static struct effect find_effect(const struct program *program,
				 const struct program_users *users)
{
	struct effect effect = { .reason = general_reason(program) };

	if (effect.reason)
		return effect;
	if (owners_count(program, users, &effect.uid)) {
		effect.setuid = program->setuid;
		effect.setgid = program->setgid;
	}
	effect.caps = caps_count(program, users);
	if (program->setuid || program->setgid)
		effect.reason = "its owner is nobody in the user namespace";
	if (program->has_caps != PROGRAM_NO_CAPS)
		effect.reason = "for the root of another user namespace";
	return effect;
}

enum program_effect program_effect(const struct program *program,
				   const struct program_users *users,
				   const char **ret_reason)
{
	struct effect effect = find_effect(program, users);
	capmask caps = program->caps.permitted | program->caps.inheritable;

	*ret_reason = NULL;
	if (effect.setuid && effect.uid == 0)
		return PROGRAM_DANGEROUS;
	if (effect.caps && caps & capset_dangerous())
		return PROGRAM_DANGEROUS;
	if (effect.setuid || effect.setgid || effect.caps)
		return PROGRAM_RAISES;
	*ret_reason = effect.reason;
	return PROGRAM_NO_EFFECT;
}

enum program_verdict program_judge(const struct program *program,
				   const struct program_grant *grant,
				   capmask *ret_lacking)
{
	const struct vfscap *caps = &program->caps;
	bool has_caps = program->has_caps == PROGRAM_CAPS;
	bool has_ids = program->setuid || program->setgid;
	capmask named = caps->permitted | caps->inheritable;

	*ret_lacking = has_caps ? caps->permitted & ~grant->bounding : 0;
	*ret_lacking &= ~(caps->inheritable & grant->inheritable);
	if (*ret_lacking && caps->effective)
		return PROGRAM_OUT_OF_BOUNDING;
	*ret_lacking = 0;
	if (!has_ids && !(named & ~grant->ambient))
		return PROGRAM_REDUNDANT;
	/* Permitted is cut to what the process has: its ambient set. */
	return grant->no_new_privileges ? PROGRAM_BREAKS : PROGRAM_UNTOUCHED;
}
