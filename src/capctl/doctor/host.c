/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/host.h"

#include <sys/statvfs.h>

#include "base/trust.h"

void doctor_free(struct doctor *doctor)
{
	policy_free(&doctor->policy);
}

const char *doctor_refused(const struct doctor *doctor)
{
	return doctor->policy.mode == POLICY_AUDIT
		       ? "would be refused, but for mode audit"
		       : "are refused";
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
