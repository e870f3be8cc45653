/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/host.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/path.h"
#include "base/paths.h"
#include "base/trust.h"

#define PROGRAM "/capruntime"

void doctor_init(struct doctor *ret_doctor)
{
	char *beside = ret_doctor->beside, *slash;
	ssize_t len;

	*ret_doctor = (struct doctor){ 0 };
	len = readlink("/proc/self/exe", beside,
		       sizeof(ret_doctor->beside) - sizeof(PROGRAM));
	beside[len < 0 ? 0 : len] = '\0';
	slash = strrchr(beside, '/');
	if (slash)
		memcpy(slash, PROGRAM, sizeof(PROGRAM));
}

void doctor_free(struct doctor *doctor)
{
	policy_free(&doctor->policy);
}

const char *doctor_installed(const struct doctor *doctor)
{
	if (access(paths_program, F_OK) == 0 ||
	    access(doctor->beside, F_OK) < 0)
		return paths_program;
	return doctor->beside;
}

bool doctor_is_installed(const struct doctor *doctor, const char *path)
{
	struct stat installed, other;

	return stat(doctor_installed(doctor), &installed) == 0 &&
	       stat(path, &other) == 0 && installed.st_dev == other.st_dev &&
	       installed.st_ino == other.st_ino;
}

bool doctor_is_capruntime(const void *doctor, const char *path)
{
	const char *name = path_basename(path);

	if (strcmp(name, "capruntime") == 0 ||
	    strncmp(name, "capruntime-", strlen("capruntime-")) == 0)
		return true;
	return *path == '/' && doctor_is_installed(doctor, path);
}

void doctor_check_mount(const char *path, const char *topic,
			struct findings *findings)
{
	struct statvfs mount;

	if (statvfs(path, &mount) < 0 || !(mount.f_flag & ST_NOEXEC))
		return;
	findings_add(findings, FINDING_ERROR, topic,
		     "'%s' is on a noexec mount", path);
	findings_fix(findings, "remount it with exec, or install it elsewhere");
}

bool doctor_check_executable(const char *path, const char *topic,
			     struct findings *findings)
{
	struct err problem;

	if (*path != '/') {
		findings_add(findings, FINDING_ERROR, topic,
			     "'%s' is not an absolute path", path);
		findings_fix(findings, "use an absolute path");
		return false;
	}
	if (trust_check_program(path, &problem) < 0) {
		findings_add(findings, FINDING_ERROR, topic, "%s",
			     problem.text);
		findings_fix(
			findings,
			"install it there, owned by root and go-w, or correct the path");
		return false;
	}
	doctor_check_mount(path, topic, findings);
	return true;
}
