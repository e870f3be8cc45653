/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "capctl/run/run.h"
#include "capctl/verb.h"

/* The last number means "no user" to system calls. */
#define LAST_ID (UINT32_MAX - 1)
#define USERS "/etc/passwd"
#define GROUPS "/etc/group"
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

#define CLEANUP_FILE __attribute__((cleanup(file_close)))

static void file_close(FILE *const *file)
{
	if (*file)
		fclose(*file);
}

/*
 * The files alone, as container engines read an image's: a static program
 * cannot use the plug-ins of nsswitch.conf(5).
 */
static FILE *open_database(const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");

	if (!file)
		err_set_errno(err, errno, "'--user': '%s'", path);
	return file;
}

static int find_group(const char *text, uint32_t *ret_gid, struct err *err)
{
	FILE *file CLEANUP_FILE = NULL;
	const struct group *group;

	if (is_number(text))
		return read_number(text, ret_gid, err);
	file = open_database(GROUPS, err);
	if (!file)
		return -1;
	while ((group = fgetgrent(file)))
		if (strcmp(group->gr_name, text) == 0) {
			*ret_gid = group->gr_gid;
			return 0;
		}
	return err_set(err, "'--user': no group '%s' in " GROUPS, text);
}

static bool has_member(const struct group *group, const char *name)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, name) == 0)
			return true;
	return false;
}

/* As initgroups(3): with the user's own group. */
static int find_groups(struct run_user *user, const char *name, struct err *err)
{
	FILE *file CLEANUP_FILE = open_database(GROUPS, err);
	const struct group *group;

	if (!file)
		return -1;
	user->groups = calloc(GROUPS_MAX, sizeof(*user->groups));
	if (!user->groups)
		return err_set_no_memory(err);
	user->groups[user->groups_count++] = user->gid;
	while ((group = fgetgrent(file))) {
		if (group->gr_gid == user->gid || !has_member(group, name))
			continue;
		if (user->groups_count == GROUPS_MAX)
			return err_set(err,
				       "'--user': '%s' is in too many groups",
				       name);
		user->groups[user->groups_count++] = group->gr_gid;
	}
	return 0;
}

/* *ret_entry is NULL for an unknown number, else valid until the next call. */
static int find_entry(const char *name, struct run_user *user,
		      const struct passwd **ret_entry, struct err *err)
{
	FILE *file CLEANUP_FILE = NULL;
	bool by_number = is_number(name);

	if (by_number && read_number(name, &user->uid, err) < 0)
		return -1;
	*ret_entry = NULL;
	file = open_database(USERS, err);
	/* A container's image may have none; a number needs none. */
	if (!file)
		return by_number && err->number == ENOENT ? 0 : -1;
	while ((*ret_entry = fgetpwent(file)))
		if (by_number ? (*ret_entry)->pw_uid == user->uid
			      : strcmp((*ret_entry)->pw_name, name) == 0)
			break;
	if (!*ret_entry && !by_number)
		return err_set(err,
			       "'--user': no user '%s' in " USERS
			       ": use the user's number",
			       name);
	return 0;
}

int run_user_find(struct run_user *ret_user, const char *text, struct err *err)
{
	size_t len = strcspn(text, ":");
	char *name CLEANUP_FREE = strndup(text, len);
	const struct passwd *entry;

	*ret_user = (struct run_user){ .is_set = true };
	if (!name)
		return err_set_no_memory(err);
	if (find_entry(name, ret_user, &entry, err) < 0)
		return -1;
	if (entry)
		ret_user->uid = entry->pw_uid;
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
