/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: ambient-helper [-u UID] CAPABILITY[,CAPABILITY...] PROGRAM [ARGUMENT...]
 *
 * A helper in the image: raises capabilities into the ambient set, becomes the
 * user UID and executes PROGRAM, which then holds them. It must hold them
 * itself, either because the container starts as root (who then needs SETUID
 * and SETGID as well for -u) or by file capabilities of its own. An example of
 * what capruntime makes unnecessary; see ways/helper/README.md.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CAPABILITIES_MAX 64
#define USAGE "usage: ambient-helper [-u UID] CAPABILITY[,...] PROGRAM..."

static int fail(const char *what)
{
	fprintf(stderr, "ambient-helper: %s: %s\n", what, strerror(errno));
	return -1;
}

/* setuid(2) clears the permitted set of a root that leaves, but for this. */
static int become(uid_t uid)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail("keep capabilities");
	if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
		return fail("change user");
	return 0;
}

static int refuse(const char *word)
{
	errno = EINVAL;
	return fail(word);
}

static int parse_uid(const char *text, uid_t *ret_uid)
{
	char *end;
	unsigned long uid;

	errno = 0;
	uid = strtoul(text, &end, 10);
	if (errno || end == text || *end || uid == 0 || uid >= (uid_t)-1)
		return refuse(text);
	*ret_uid = (uid_t)uid;
	return 0;
}

/* Cuts `names` into pieces. */
static int parse_capabilities(char *names, cap_value_t *ret_caps,
			      int *ret_count)
{
	char *rest = names, *name;

	*ret_count = 0;
	while ((name = strsep(&rest, ","))) {
		if (*ret_count == CAPABILITIES_MAX ||
		    cap_from_name(name, &ret_caps[*ret_count]) < 0)
			return refuse(name);
		++*ret_count;
	}
	return 0;
}

/* Ambient takes both, permitted and inheritable; nothing else is kept. */
static int raise_ambient(const cap_value_t *caps, int count)
{
	cap_t sets = cap_init();
	int status = -1;

	if (!sets ||
	    cap_set_flag(sets, CAP_PERMITTED, count, caps, CAP_SET) < 0 ||
	    cap_set_flag(sets, CAP_INHERITABLE, count, caps, CAP_SET) < 0 ||
	    cap_set_proc(sets) < 0)
		fail("set capabilities");
	else
		status = 0;
	cap_free(sets);
	for (int i = 0; i < count && status == 0; i++)
		if (cap_set_ambient(caps[i], CAP_SET) < 0)
			status = fail("raise ambient capability");
	return status;
}

int main(int argc, char *argv[])
{
	cap_value_t caps[CAPABILITIES_MAX];
	int count, option;
	uid_t uid = 0;

	while ((option = getopt(argc, argv, "+u:")) != -1)
		if (option != 'u' || parse_uid(optarg, &uid) < 0)
			return 2;
	if (argc - optind < 2) {
		fputs(USAGE "\n", stderr);
		return 2;
	}
	if (parse_capabilities(argv[optind], caps, &count) < 0)
		return 2;
	if ((uid && become(uid) < 0) || raise_ambient(caps, count) < 0)
		return 1;
	execvp(argv[optind + 1], argv + optind + 1);
	fail(argv[optind + 1]);
	return errno == ENOENT ? 127 : 126;
}
