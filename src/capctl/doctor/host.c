/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/host.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"

#define PROGRAM "/capruntime"
static char beside[PATH_SIZE];

void doctor_learn_place(void)
{
	ssize_t len = readlink("/proc/self/exe", beside,
			       sizeof(beside) - sizeof(PROGRAM));
	char *slash;

	beside[len < 0 ? 0 : len] = '\0';
	slash = strrchr(beside, '/');
	if (slash)
		memcpy(slash, PROGRAM, sizeof(PROGRAM));
}

const char *doctor_installed(void)
{
	if (access(paths_program, F_OK) == 0 || access(beside, F_OK) < 0)
		return paths_program;
	return beside;
}

bool doctor_is_installed(const char *path)
{
	struct stat installed, other;

	return stat(doctor_installed(), &installed) == 0 &&
	       stat(path, &other) == 0 && installed.st_dev == other.st_dev &&
	       installed.st_ino == other.st_ino;
}

bool doctor_is_capruntime(const char *path)
{
	const char *name = basename(path);

	if (strcmp(name, "capruntime") == 0 ||
	    strncmp(name, "capruntime-", strlen("capruntime-")) == 0)
		return true;
	return *path == '/' && doctor_is_installed(path);
}

int doctor_check_all(struct findings *findings, struct err *err)
{
	struct doctor doctor CLEANUP_DOCTOR = { 0 };

	doctor_check_kernel(findings);
	doctor_check_program(&doctor, findings);
	doctor_check_containers(&doctor, findings);
	doctor_check_policy(&doctor, findings);
	if (doctor_check_engines(&doctor, findings, err) < 0)
		return -1;
	return findings_check(findings, err);
}

void doctor_free(struct doctor *doctor)
{
	policy_free(&doctor->policy);
}
