/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy_files.h"

#include "fileio.h"
#include "trust.h"

#define VARIABLE "CAPRUNTIME_POLICY"
#define DEFAULT_FILE SYSCONFDIR "/capruntime/policy.json"

static int read_file(struct policy *policy, const char *path, int fd,
		     struct err *err)
{
	struct policy_problems problems = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = path };

	if (fileio_read(fd, path, POLICY_FILE_MAX, &text, &doc.len, err) < 0)
		return -1;
	doc.text = text;
	policy_read(policy, &doc, &problems);
	if (!problems.count)
		return 0;
	*err = problems.first;
	return -1;
}

static int find_file(const char **ret_path, int *ret_fd, struct err *err)
{
	const char *named = secure_getenv(VARIABLE);

	*ret_path = named ? named : DEFAULT_FILE;
	if (**ret_path != '/')
		return err_set(err, "$%s is '%s': it must be an absolute path",
			       VARIABLE, named);
	if (trust_open(*ret_path, ret_fd, err) < 0)
		return -1;
	if (named && *ret_fd < 0)
		return err_set(err, "'%s', named by $%s, is missing", named,
			       VARIABLE);
	return 0;
}

int policy_files_load(struct policy *ret_policy, struct err *err)
{
	int fd CLEANUP_FD = -1;
	const char *path;

	*ret_policy = (struct policy){ 0 };
	if (find_file(&path, &fd, err) < 0)
		return -1;
	return fd < 0 ? 0 : read_file(ret_policy, path, fd, err);
}
