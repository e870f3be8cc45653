/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/predict.h"

#include <linux/securebits.h>

#define SETUID_BIT 04000U
#define SETGID_BIT 02000U
#define GROUP_EXECUTES 00010U

/* A prediction under way. */
struct work {
	const struct execve_task *task;
	const struct execve_file *file;
	struct execve_result result;
	bool effective; /* the effective set becomes the permitted one */
	bool has_caps; /* the file's capabilities count */
};

static void add_reason(struct work *work, enum execve_why why)
{
	work->result.why |= 1U << why;
}

bool execve_file_is_setgid(const struct execve_file *file)
{
	return file->mode & SETGID_BIT && file->mode & GROUP_EXECUTES;
}

/* In the order of bprm_fill_uid(). */
static bool takes_ids(struct work *work)
{
	const struct execve_file *file = work->file;

	if (!(file->mode & SETUID_BIT) && !execve_file_is_setgid(file))
		return false;
	if (file->nosuid)
		add_reason(work, EXECVE_SETID_NOSUID);
	else if (work->task->no_new_privs)
		add_reason(work, EXECVE_SETID_NO_NEW_PRIVS);
	else if (file->unmapped)
		add_reason(work, EXECVE_SETID_UNMAPPED);
	else
		return true;
	return false;
}

static void take_ids(struct work *work)
{
	const struct execve_file *file = work->file;
	struct execve_result *result = &work->result;

	result->euid = work->task->euid;
	result->egid = work->task->egid;
	if (file->mode & SETGID_BIT && !execve_file_is_setgid(file))
		add_reason(work, EXECVE_SETGID_MARK);
	if (!takes_ids(work))
		return;
	if (file->mode & SETUID_BIT)
		result->euid = file->uid;
	if (execve_file_is_setgid(file))
		result->egid = file->gid;
	if (result->euid != work->task->euid)
		add_reason(work, EXECVE_SETUID);
	if (result->egid != work->task->egid)
		add_reason(work, EXECVE_SETGID);
}

/*
 * Version 3 counts in the user namespace of its root user and below. Root user
 * 0, as in the other versions, is that of our user namespace or an ancestor.
 */
static bool counts_caps(struct work *work)
{
	const struct execve_file *file = work->file;

	if (!file->has_caps)
		return false;
	if (file->nosuid)
		add_reason(work, EXECVE_CAPS_NOSUID);
	else if (file->caps.root && file->caps.root != work->task->root)
		add_reason(work, EXECVE_CAPS_OTHER_ROOT);
	else
		return true;
	return false;
}

/* The kernel ignores capabilities that it does not know. */
static void set_missing(struct work *work)
{
	struct execve_result *result = &work->result;
	capmask forced = work->file->caps.permitted & work->task->kernel;

	if (work->has_caps)
		result->missing = forced & ~result->sets.set[CAPSET_PERMITTED];
	result->why &= ~(1U << EXECVE_MISSING);
	if (result->missing)
		add_reason(work, EXECVE_MISSING);
}

/* -1: execve(2) fails, because the file has the effective bit. */
static int take_caps(struct work *work)
{
	const struct capsets *old = &work->task->sets;
	const struct vfscap *caps = &work->file->caps;
	capmask permitted;

	if (!counts_caps(work))
		return 0;
	permitted = (caps->permitted & old->set[CAPSET_BOUNDING]) |
		    (caps->inheritable & old->set[CAPSET_INHERITABLE]);
	work->has_caps = true;
	work->effective = caps->effective;
	work->result.sets.set[CAPSET_PERMITTED] = permitted;
	add_reason(work, EXECVE_FILE_CAPS);
	set_missing(work);
	return work->result.missing && caps->effective ? -1 : 0;
}

static bool is_root(const struct work *work, uint32_t uid)
{
	return work->task->root != EXECVE_NO_ROOT && uid == work->task->root;
}

static void take_root(struct work *work)
{
	const struct execve_task *task = work->task;
	bool real = is_root(work, task->uid);
	bool effective = is_root(work, work->result.euid);

	if (task->securebits & SECBIT_NOROOT || (!real && !effective))
		return;
	if (work->has_caps && effective && !real) {
		add_reason(work, EXECVE_CAPS_BEFORE_ROOT);
		return;
	}
	work->result.sets.set[CAPSET_PERMITTED] =
		task->sets.set[CAPSET_BOUNDING] |
		task->sets.set[CAPSET_INHERITABLE];
	work->effective |= effective;
	add_reason(work, EXECVE_ROOT);
}

static bool is_in_group(const struct execve_task *task, uint32_t gid)
{
	for (size_t i = 0; i < task->groups_count; i++)
		if (task->groups[i] == gid)
			return true;
	return gid == task->egid;
}

static bool ids_change(const struct work *work)
{
	const struct execve_task *task = work->task;
	const struct execve_result *result = &work->result;

	if (task->rules == EXECVE_BEFORE_6_17)
		return result->euid != task->uid || result->egid != task->gid;
	return result->euid != task->euid || !is_in_group(task, result->egid);
}

static void keep_privs(struct work *work, bool changed)
{
	const struct execve_task *task = work->task;
	capmask *permitted = &work->result.sets.set[CAPSET_PERMITTED];
	capmask gained = *permitted & ~task->sets.set[CAPSET_PERMITTED];

	if (!task->no_new_privs || (!changed && !gained))
		return;
	work->result.euid = task->uid;
	work->result.egid = task->gid;
	*permitted &= ~gained;
	if (gained)
		add_reason(work, EXECVE_NO_NEW_PRIVS_CUT);
}

static void take_ambient(struct work *work, bool changed)
{
	capmask ambient = work->task->sets.set[CAPSET_AMBIENT];
	capmask *set = work->result.sets.set;

	if (work->has_caps || changed) {
		if (ambient)
			add_reason(work, EXECVE_AMBIENT_LOST);
		ambient = 0;
	}
	set[CAPSET_AMBIENT] = ambient;
	set[CAPSET_PERMITTED] |= ambient;
	set[CAPSET_EFFECTIVE] =
		work->effective ? set[CAPSET_PERMITTED] : ambient;
}

static bool is_secure(const struct work *work, bool changed)
{
	const struct execve_task *task = work->task;
	const struct execve_result *result = &work->result;
	const capmask *set = result->sets.set;

	if (changed || result->euid != task->uid || result->egid != task->gid)
		return true;
	return !is_root(work, task->uid) &&
	       (work->effective ||
		set[CAPSET_PERMITTED] & ~set[CAPSET_AMBIENT]);
}

/* It fails before anything changes, so other reasons do not count. */
static struct execve_result refused_result(const struct work *work)
{
	return (struct execve_result){
		.refused = true,
		.sets = work->task->sets,
		.euid = work->task->euid,
		.egid = work->task->egid,
		.missing = work->result.missing,
		.why = 1U << EXECVE_FILE_CAPS | 1U << EXECVE_MISSING,
	};
}

static struct execve_result predict_for_kernel(const struct execve_task *task,
					       const struct execve_file *file)
{
	struct work work = { .task = task, .file = file };
	capmask *set = work.result.sets.set;
	bool changed;

	set[CAPSET_BOUNDING] = task->sets.set[CAPSET_BOUNDING];
	set[CAPSET_INHERITABLE] = task->sets.set[CAPSET_INHERITABLE];
	take_ids(&work);
	if (take_caps(&work) < 0)
		return refused_result(&work);
	take_root(&work);
	changed = ids_change(&work);
	keep_privs(&work, changed);
	take_ambient(&work, changed);
	set_missing(&work);
	work.result.secure = is_secure(&work, changed);
	return work.result;
}

static bool is_same_result(const struct execve_result *a,
			   const struct execve_result *b)
{
	for (int i = 0; i < CAPSET_COUNT; i++)
		if (a->sets.set[i] != b->sets.set[i])
			return false;
	return a->euid == b->euid && a->egid == b->egid &&
	       a->secure == b->secure;
}

struct execve_result execve_predict(const struct execve_task *task,
				    const struct execve_file *file)
{
	struct execve_result result = predict_for_kernel(task, file), other;
	struct execve_task elsewhere = *task;

	elsewhere.rules = task->rules == EXECVE_BEFORE_6_17
				  ? EXECVE_SINCE_6_17
				  : EXECVE_BEFORE_6_17;
	other = predict_for_kernel(&elsewhere, file);
	if (!is_same_result(&result, &other))
		result.why |= 1U << EXECVE_BY_KERNEL;
	return result;
}

capmask execve_lost(const struct execve_result *result, capmask granted)
{
	return result->refused ? 0
			       : granted & ~result->sets.set[CAPSET_EFFECTIVE];
}

static const struct {
	const char *word, *text;
} reasons[EXECVE_WHY_COUNT] = {
	[EXECVE_SETUID] = { "setuid", "the file's set-user-ID bit counts" },
	[EXECVE_SETGID] = { "setgid", "the file's set-group-ID bit counts" },
	[EXECVE_FILE_CAPS] = { "file_caps", "the file's capabilities count" },
	[EXECVE_ROOT] = { "root",
			  "root gets all of its bounding and inheritable sets" },
	[EXECVE_AMBIENT_LOST] = { "ambient_lost",
				  "a set-user-ID, set-group-ID or capability file clears the ambient set" },
	[EXECVE_NO_NEW_PRIVS_CUT] = { "no_new_privs_cut",
				      "no_new_privs: the permitted set cannot grow" },
	[EXECVE_MISSING] = { "missing",
			     "the process does not get all capabilities of the file" },
	[EXECVE_SETID_NOSUID] = { "setid_nosuid",
				  "set-user-ID and set-group-ID have no effect: the mount is nosuid" },
	[EXECVE_SETID_NO_NEW_PRIVS] = { "setid_no_new_privs",
					"set-user-ID and set-group-ID have no effect: no_new_privs" },
	[EXECVE_SETID_UNMAPPED] = { "setid_unmapped",
				    "set-user-ID and set-group-ID have no effect: the file's owner has no ID in the user namespace" },
	[EXECVE_SETGID_MARK] = { "setgid_mark",
				 "set-group-ID has no effect: the group may not execute the file" },
	[EXECVE_CAPS_NOSUID] = { "caps_nosuid",
				 "the file's capabilities have no effect: the mount is nosuid" },
	[EXECVE_CAPS_OTHER_ROOT] = { "caps_other_root",
				     "the file's capabilities have no effect: they are for another user namespace" },
	[EXECVE_CAPS_BEFORE_ROOT] = { "caps_before_root",
				      "set-user-ID root with capabilities: the file's count, not root's" },
	[EXECVE_BY_KERNEL] = { "by_kernel",
			       "kernels before and since Linux 6.17 differ" },
};

const char *execve_why_text(enum execve_why why)
{
	return reasons[why].text;
}

const char *execve_why_word(enum execve_why why)
{
	return reasons[why].word;
}
