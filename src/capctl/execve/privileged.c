/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/privileged.h"

#define SETUID_BIT 04000U
#define ANYBODY_EXECUTES 00111U
#define SOME_ID 65533U
#define EVERYTHING UINT64_MAX

static bool has_ids(const struct privileged_file *program)
{
	return program->file.mode & SETUID_BIT ||
	       execve_file_is_setgid(&program->file);
}

bool privileged_is_executable(const struct privileged_file *program)
{
	return program->file.mode & ANYBODY_EXECUTES;
}

bool privileged_is_special(const struct privileged_file *program)
{
	return has_ids(program) || program->file.has_caps ||
	       program->caps_elsewhere;
}

static uint32_t other_than(uint32_t one, uint32_t two)
{
	uint32_t id = SOME_ID;

	while (id == one || id == two)
		id--;
	return id;
}

/* A process of a user other than root and the file's owner. */
static struct execve_task other_user_task(const struct privileged_file *program,
					  uint32_t root)
{
	uint32_t uid = other_than(program->file.uid, root);
	uint32_t gid = other_than(program->file.gid, root);

	return (struct execve_task){
		.sets.set[CAPSET_BOUNDING] = EVERYTHING,
		.kernel = EVERYTHING,
		.uid = uid,
		.euid = uid,
		.gid = gid,
		.egid = gid,
		.root = root,
	};
}

static const char *no_effect_reason(unsigned int why)
{
	static const struct {
		enum execve_why why;
		const char *text;
	} reasons[] = {
		{ EXECVE_SETID_NOSUID, "on a nosuid mount" },
		{ EXECVE_CAPS_NOSUID, "on a nosuid mount" },
		{ EXECVE_CAPS_OTHER_ROOT,
		  "for the root of another user namespace" },
		{ EXECVE_SETID_UNMAPPED,
		  "its owner has no ID in the user namespace" },
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (why & 1U << reasons[i].why)
			return reasons[i].text;
	return "for the root of another user namespace";
}

/* Why execve(2) ignores the file's bits; NULL: it does not. */
static const char *ignored_reason(const struct privileged_file *program)
{
	if (!privileged_is_executable(program))
		return "not executable";
	if (program->noexec)
		return "on a noexec mount";
	return program->script ? "a script: its interpreter's bits count"
			       : NULL;
}

enum privileged_effect privileged_effect(const struct privileged_file *program,
					 uint32_t root, const char **ret_reason)
{
	struct execve_task task = other_user_task(program, root);
	struct execve_result result;
	capmask gained;

	*ret_reason = ignored_reason(program);
	if (*ret_reason)
		return PRIVILEGED_NO_EFFECT;
	/* The file's inheritable capabilities count only if they are held. */
	task.sets.set[CAPSET_INHERITABLE] = program->file.caps.inheritable;
	result = execve_predict(&task, &program->file);
	gained = result.sets.set[CAPSET_PERMITTED];
	if (result.euid == root || gained & capset_dangerous())
		return PRIVILEGED_DANGEROUS;
	if (gained || result.euid != task.euid || result.egid != task.egid)
		return PRIVILEGED_RAISES;
	if (result.why & 1U << EXECVE_FILE_CAPS)
		return PRIVILEGED_CLEARS;
	*ret_reason = no_effect_reason(result.why);
	return PRIVILEGED_NO_EFFECT;
}

/* After the runtime's execve(2): root has all, others the ambient set. */
static struct execve_task container_task(const struct privileged_file *program,
					 const struct privileged_grant *grant,
					 capmask ambient)
{
	struct execve_task task = other_user_task(program, grant->root);
	capmask *set = task.sets.set, held = ambient;

	if (grant->has_user) {
		task.uid = task.euid = grant->uid;
		task.gid = task.egid = grant->gid;
	}
	if (task.uid == task.root)
		held |= grant->bounding | grant->inheritable;
	set[CAPSET_PERMITTED] = set[CAPSET_EFFECTIVE] = held;
	set[CAPSET_AMBIENT] = ambient;
	set[CAPSET_INHERITABLE] = grant->inheritable | ambient;
	set[CAPSET_BOUNDING] = grant->bounding;
	task.no_new_privs = grant->no_new_privileges;
	return task;
}

static bool is_less(const struct execve_result *less,
		    const struct execve_result *more)
{
	return less->euid != more->euid || less->egid != more->egid ||
	       less->sets.set[CAPSET_PERMITTED] !=
		       more->sets.set[CAPSET_PERMITTED];
}

/* With everything that a pod can request. */
static capmask lost_ambient(const struct privileged_file *program,
			    const struct privileged_grant *grant)
{
	capmask ambient = grant->ambient | grant->requested;
	struct execve_task task = container_task(program, grant, ambient);
	struct execve_result result = execve_predict(&task, &program->file);

	return execve_lost(&result, ambient);
}

/* For a file that neither fails to execute nor loses the grant. */
static enum privileged_verdict
classify_use(const struct privileged_file *program,
	     const struct privileged_grant *grant,
	     const struct execve_task *task, const struct execve_result *result)
{
	struct execve_task unrestricted = *task;
	capmask named =
		program->file.caps.permitted | program->file.caps.inheritable;
	struct execve_result most;

	if (named && !has_ids(program) && !(named & ~grant->ambient))
		return PRIVILEGED_REDUNDANT;
	unrestricted.no_new_privs = false;
	most = execve_predict(&unrestricted, &program->file);
	return is_less(result, &most) ? PRIVILEGED_BREAKS
				      : PRIVILEGED_UNTOUCHED;
}

enum privileged_verdict
privileged_classify(const struct privileged_file *program,
		    const struct privileged_grant *grant, capmask *ret_lacking)
{
	struct execve_task task =
		container_task(program, grant, grant->ambient);
	struct execve_result result = execve_predict(&task, &program->file);

	*ret_lacking = 0;
	if (ignored_reason(program))
		return PRIVILEGED_UNTOUCHED;
	*ret_lacking =
		result.refused ? result.missing : lost_ambient(program, grant);
	if (result.refused)
		return PRIVILEGED_OUT_OF_BOUNDING;
	if (*ret_lacking)
		return PRIVILEGED_LOSES;
	return classify_use(program, grant, &task, &result);
}
