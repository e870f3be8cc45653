/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "capctl/run/run.h"
#include "capctl/verb.h"

/* The last number means "no user" to system calls. */
#define LAST_ID (UINT32_MAX - 1)
#define GROUPS_MAX 65536 /* NGROUPS_MAX of the kernel */

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static int read_number(const char *text, uint32_t *ret_id, struct err *err)
{
	unsigned long long number;

	errno = 0;
	number = strtoull(text, NULL, 10);
	if (errno || number > LAST_ID)
		return verb_misuse(err, "run",
				   "'--user': '%s' is above %" PRIu32, text,
				   LAST_ID);
	*ret_id = (uint32_t)number;
	return 0;
}

static int find_group(const char *text, uint32_t *ret_gid, struct err *err)
{
	const struct group *group;

	if (is_number(text))
		return read_number(text, ret_gid, err);
	group = getgrnam(text);
	if (!group)
		return err_set(err, "'--user': unknown group '%s'", text);
	*ret_gid = group->gr_gid;
	return 0;
}

/* Without the group itself, which getgrouplist(3) adds. */
static int find_groups(struct run_user *user, const char *name, struct err *err)
{
	int count = GROUPS_MAX;

	user->groups = calloc(GROUPS_MAX, sizeof(*user->groups));
	if (!user->groups)
		return err_set_no_memory(err);
	if (getgrouplist(name, user->gid, user->groups, &count) < 0)
		return err_set(err, "'--user': '%s' is in too many groups",
			       name);
	user->groups_count = (size_t)count;
	return 0;
}

static const struct passwd *find_entry(const char *name, struct run_user *user,
				       struct err *err)
{
	const struct passwd *entry;

	*err->text = '\0';
	if (is_number(name))
		return read_number(name, &user->uid, err) < 0
			       ? NULL
			       : getpwuid(user->uid);
	entry = getpwnam(name);
	if (!entry)
		err_set(err,
			"'--user': unknown user '%s': use a number, or a name of the user database",
			name);
	else
		user->uid = entry->pw_uid;
	return entry;
}

int run_user_find(struct run_user *ret_user, const char *text, struct err *err)
{
	size_t len = strcspn(text, ":");
	char *name CLEANUP_FREE = strndup(text, len);
	const struct passwd *entry;

	*ret_user = (struct run_user){ .is_set = true };
	if (!name)
		return err_set_no_memory(err);
	entry = find_entry(name, ret_user, err);
	if (*err->text)
		return -1;
	ret_user->gid = entry ? entry->pw_gid : ret_user->uid;
	if (text[len] == ':')
		return find_group(text + len + 1, &ret_user->gid, err);
	return entry ? find_groups(ret_user, entry->pw_name, err) : 0;
}

static bool is_one_of(uint32_t group, const uint32_t *groups, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* A list with the group itself is the same as one without it. */
static bool are_among(const uint32_t *some, size_t some_count,
		      const struct run_user *user, const uint32_t *all,
		      size_t all_count)
{
	for (size_t i = 0; i < some_count; i++)
		if (some[i] != user->gid && !is_one_of(some[i], all, all_count))
			return false;
	return true;
}

static bool has_own_ids(const struct run_user *user)
{
	uid_t uid[3];
	gid_t gid[3];

	if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 ||
	    getresgid(&gid[0], &gid[1], &gid[2]) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(uid); i++)
		if (uid[i] != user->uid || gid[i] != user->gid)
			return false;
	return true;
}

int run_user_is_own(const struct run_user *user, bool *ret_is_own,
		    struct err *err)
{
	uint32_t *groups CLEANUP_FREE = calloc(GROUPS_MAX, sizeof(*groups));
	int count = groups ? getgroups(GROUPS_MAX, groups) : -1;

	if (!groups)
		return err_set_no_memory(err);
	if (count < 0)
		return err_set_errno(err, errno, "read own groups");
	*ret_is_own = has_own_ids(user) &&
		      are_among(groups, (size_t)count, user, user->groups,
				user->groups_count) &&
		      are_among(user->groups, user->groups_count, user, groups,
				(size_t)count);
	return 0;
}
